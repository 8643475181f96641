import json
import time

import pytest

from ffnet.__main__ import main
from ffnet.config import read_config
from ffnet.training.ridge import pixel_features


@pytest.fixture
def show(capsys, settings_file):
    """A function: runs the command and returns what it printed."""

    def run(*arguments, change=lambda mapping: None):
        assert main(["experiments", "--config", settings_file(change), *arguments]) == 0
        return capsys.readouterr().out

    return run


def paper_width(mapping):
    mapping["networks"]["width"] = 1.0


def test_every_experiment_of_the_config_is_a_line_of_the_table(show, settings_mapping):
    lines = show().splitlines()
    names = [line.split()[0] for line in lines[1 : lines.index("")]]
    assert names == list(settings_mapping()["experiments"])
    assert lines[0].split()[:5] == ["experiment", "depth", "normals", "texture", "masks"]
    line = next(line for line in lines if line.startswith("FFNet-M-dn "))
    assert line.split()[:5] == ["FFNet-M-dn", "f3dnet", "f3dnet", "-", "own"]
    assert len({len(line) for line in lines[: lines.index("")]}) == 1  # columns stand under each other


def test_the_numbers_of_the_papers_networks(show):
    """Closed forms: tests/networks/test_cost.py."""
    rows = {row["experiment"]: row for row in json.loads(show("--json", change=paper_width))}
    f3dnet_d, f3dnet_n, vgg = (rows[name] for name in ("F3DNet-M-d", "F3DNet-M-n", "VGG16-BN-M-t"))
    assert rows["VGG16-BN-t"]["parameters"] == 14_723_136 + 512 * 256 + 256 + 256 * 128 + 128 + 128 * 6 + 6
    for key in ("parameters", "multiply_adds"):
        shared = 2 * 6 if key == "parameters" else 0
        assert rows["FFNet-M"][key] == f3dnet_d[key] + f3dnet_n[key] + vgg[key] - shared
        assert rows["FFNet-M"][key] == rows["FFNet"][key]  # masks have no parameter
    assert rows["FFNet-M"]["backbones"] == {"depth": "f3dnet", "normals": "f3dnet", "texture": "vgg16_bn"}
    assert rows["FFNet-M"]["repeats"] == 1 and rows["FFNet"]["repeats"] == 0


def test_the_ridges_parameters_are_a_weight_for_each_feature_and_class(show, settings_mapping, collection_of_one):
    (row,) = [row for row in json.loads(show("--json")) if row["experiment"] == "ridge"]
    ridge = read_config(settings_mapping()).ridge
    features = pixel_features(collection_of_one, ("depth", "texture"), ridge.pixels).shape[1]
    assert (row["parameters"], row["multiply_adds"]) == (features * 6 + 6, features * 6)


@pytest.fixture
def collection_of_one():
    import numpy as np

    from ffnet.shards.samples import Samples

    maps = np.zeros((1, 112, 112), np.float32), np.zeros((1, 112, 112, 3)), np.zeros((1, 112, 112, 3))
    return Samples(*[np.zeros(1)] * 4, *maps, np.zeros((1, 56, 56)), np.zeros((1, 28, 28)))


def test_an_own_row_shows_what_it_changes_and_other_classes_count(show):
    def change(mapping):
        own = mapping["experiments"]["FFNet-M"] | {"networks": {"width": 0.5, "dropout": 0.3}, "repeats": 2}
        mapping["experiments"] = {"FFNet-M": mapping["experiments"]["FFNet-M"], "mine": own}
        for dataset in mapping["datasets"].values():
            dataset["classes"] = [*dataset["classes"], "neutral"]

    first, mine = json.loads(show("--json", change=change))
    assert mine["networks"] == {"width": 0.5, "dropout": 0.3} and mine["width"] == 0.5 and first["width"] == 0.25
    assert 3.8 < mine["parameters"] / first["parameters"] < 4.1 and mine["classes"] == 7
    text = show(change=change)
    assert "width: 0.5, dropout: 0.3" in text and "7 classes" in text


def test_nothing_is_trained_or_even_filled_with_numbers(show):
    show()  # torch is imported now
    began = time.process_time()
    show(change=paper_width)
    assert time.process_time() - began < 12  # 41 networks of up to 60 million weights
