"""The configs for the paper's run have all that the paper names; other experiments say in what they differ."""

import pytest
import yaml

from ffnet.commands.config_file import read_config_file
from ffnet.config import read_config
from ffnet.maps.holes import NEAREST
from ffnet.workflow.paper_run import BOSPHORUS, BU3DFE, CONDITIONS, departures
from ffnet.workflow.provenance import ROOT

CONFIGS = ("bu3dfe", "bosphorus", "paper")
PLAIN = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def paper_config(name):
    return read_config_file(ROOT / "config.yaml", ROOT / "configs" / f"{name}.yaml")


def paper_mapping(**changes):
    """config.yaml with the values of configs/paper.yaml, and a change of some sections."""
    paper = yaml.safe_load((ROOT / "configs" / "paper.yaml").read_text(encoding="utf-8"))
    return merged(merged(PLAIN, paper), changes)


def merged(below, above):
    both = {name: merged(below[name], above[name]) for name in below if isinstance(below[name], dict) and name in above}
    return {**below, **above, **{name: value for name, value in both.items() if isinstance(above[name], dict)}}


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("experiment", ["FFNet", "FFNet-M"])
def test_every_key_that_the_paper_names_is_as_it_says(name, experiment):
    config = paper_config(name)
    assert {dataset: departures(config, dataset, experiment) for dataset in config.datasets} == dict.fromkeys(
        config.datasets, []
    )


def test_the_whole_matrix_is_the_papers_on_both_collections():
    config = paper_config("paper")
    assert {dataset.layout for dataset in config.datasets.values()} == {BU3DFE, BOSPHORUS}
    run = [name for name, row in config.experiments.items() if row.repeats]
    assert len(run) == 19
    assert not any(departures(config, dataset, name) for dataset in config.datasets for name in run)


def test_holes_are_filled_from_the_papers_16_neighbours():
    assert NEAREST == 16  # section 2.2: "the weighted average of its 16 nearest subsampling neighbors"


def test_every_condition_has_a_sentence_and_a_name_of_its_own():
    assert len({condition.key for condition in CONDITIONS}) == len(CONDITIONS)
    assert all(condition.sentence and condition.section in ("2.2", "2.3", "3.1", "3.2") for condition in CONDITIONS)


def test_the_default_run_says_in_what_it_differs():
    found = departures(read_config(PLAIN), "demo-bu3dfe", "FFNet-M")
    training = PLAIN["training"]
    assert f"width {PLAIN['networks']['width']} instead of 1.0" in found
    assert f"epochs {training['epochs']} instead of 70" in found
    assert f"subjects {PLAIN['protocol']['subjects']} instead of 60" in found
    assert f"repeats {PLAIN['experiments']['FFNet-M']['repeats']} instead of 100" in found
    assert "start of VGG16-BN none instead of imagenet" in found


CHANGES = {  # what of the paper's config is changed, and what is said then, of FFNet-M on demo-bu3dfe
    "classes": (
        {"datasets": {"demo-bu3dfe": {"classes": ["anger", "fear"]}}},
        "classes anger and fear instead of anger and disgust and fear and happiness and sadness and surprise",
    ),
    "projection": (
        {"datasets": {"demo-bu3dfe": {"projection": "raycast"}}},
        "projection raycast instead of gridfit",
    ),
    "levels": ({"datasets": {"demo-bu3dfe": {"intensities": [4]}}}, "levels of intensity 4 instead of 3 and 4"),
    "spikes": ({"maps": {"spikes": {"height": 3.0}}}, "spikes of the mesh removed above (mm) 3.0 instead of none"),
    "outliers": ({"maps": {"outliers": {"sigmas": 1.0}}}, "outlier rule mean and 1.0 instead of mean and 0.6"),
    "rule": ({"maps": {"outliers": {"rule": "any"}}}, "outlier rule any and 0.6 instead of mean and 0.6"),
    "floor": (
        {"maps": {"outliers": {"floor": 1.0}}},
        "least height (mm) and greatest share of outliers 1.0 and 1.0 instead of 0.0 and 1.0",
    ),
    "most removed": (
        {"maps": {"outliers": {"most_removed": 0.02}}},
        "least height (mm) and greatest share of outliers 0.0 and 0.02 instead of 0.0 and 1.0",
    ),
    "smoothing": ({"maps": {"smooth_sigma": 0.5}}, "smoothing (sigma) 0.5 instead of 1.0"),
    "sizes": (
        {"maps": {"size": 56}, "masks": {"size": 28}},
        "size of the maps 56 instead of 112",
        "size of mask-1 28 instead of 56",
    ),
    "fall": ({"masks": {"fall": 0.2}}, "fall of the masks 0.2 instead of 0.1"),
    "mask-1": ({"masks": {"radius_1": 3}}, "radius of mask-1 3 instead of 2"),
    "mask-2": ({"masks": {"radius_2": 0}}, "radius of mask-2 0 instead of 1"),
    "own networks": (
        {"experiments": {"FFNet-M": {"networks": {"width": 0.05, "pretrained": "none"}}}},
        "width 0.05 instead of 1.0",
        "start of VGG16-BN none instead of imagenet",
    ),
    "channels": (
        {"networks": {"f3dnet_channels": [64, 64, 128, 128, 256, 256]}},
        "channels of F3DNet's last convolution 256 instead of 512",
    ),
    "layers": (
        {"networks": {"fully_connected": [128, 128]}},
        "fully connected layers 128 and 128 instead of 256 and 128",
    ),
    "start": ({"networks": {"pretrained": "none"}}, "start of VGG16-BN none instead of imagenet"),
    "texture": (
        {"networks": {"pretrained": "none"}, "shards": {"texture": "plain"}},
        "scale of the texture plain instead of imagenet",
        "start of VGG16-BN none instead of imagenet",
    ),
    "subjects": ({"protocol": {"subjects": 50}}, "subjects 50 instead of 60"),
    "list": ({"protocol": {"subject_lists": {"demo-bu3dfe": ["F0001", "F0002"]}}}, "subjects 2 instead of 60"),
    "redraw": ({"protocol": {"redraw": True}}, "people of the repeats drawn again instead of fixed"),
    "folds": ({"protocol": {"folds": 5}}, "folds 5 instead of 10"),
    "repeats": ({"experiments": {"FFNet-M": {"repeats": 10}}}, "repeats 10 instead of 100"),
    "epochs": ({"training": {"epochs": 12}}, "epochs 12 instead of 70"),
    "rate": ({"training": {"learning_rate": 0.001}}, "learning rate 0.001 instead of 0.0001"),
    "schedule": ({"training": {"schedule": "cosine"}}, "schedule of the learning rate cosine instead of constant"),
    "betas": ({"training": {"betas": [0.8, 0.999]}}, "betas 0.8 and 0.999 instead of 0.9 and 0.999"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_the_paper_names_is_noted_when_it_is_changed(what):
    changes, *texts = CHANGES[what]
    found = departures(read_config(paper_mapping(**changes)), "demo-bu3dfe", "FFNet-M")
    assert sorted(found) == sorted(texts)


def test_every_condition_is_among_the_changes():
    said = [text for _, *texts in CHANGES.values() for text in texts]
    of_bosphorus = {"takes"}
    assert {one.key for one in CONDITIONS if not any(text.startswith(one.key) for text in said)} == of_bosphorus


def test_a_condition_of_one_collection_is_none_of_the_other():
    mapping = paper_mapping(datasets={"demo-bu3dfe": {"takes": "all"}, "demo-bosphorus": {"takes": "all"}})
    config = read_config(mapping)
    assert departures(config, "demo-bu3dfe", "FFNet") == []
    assert departures(config, "demo-bosphorus", "FFNet") == ["takes all instead of first"]


def test_conditions_of_masks_and_backbones_are_for_those_that_have_them():
    changes = {"masks": {"fall": 0.2}, "networks": {"pretrained": "none"}, "shards": {"texture": "plain"}}
    config = read_config(paper_mapping(**changes))
    found = {name: departures(config, "demo-bu3dfe", name) for name in ("FFNet", "F3DNet-M-d", "F3DNet-d")}
    assert found["F3DNet-d"] == [] and found["F3DNet-M-d"] == ["fall of the masks 0.2 instead of 0.1"]
    assert len(found["FFNet"]) == 2


AUGMENTATIONS = {
    "mirror": (True, "mirror images in training"),
    "turn": (7.5, "turns of up to 7.5 degrees in training"),
    "shift": (4, "shifts of up to 4 pixels in training"),
    "light": (0.25, "light changed by up to 1.25 times in training"),
    "noise": (0.02, "noise of 0.02 in training"),
}


@pytest.mark.parametrize("key", AUGMENTATIONS)
def test_augmentation_is_named_as_the_paper_has_none(key):
    value, text = AUGMENTATIONS[key]
    config = read_config(paper_mapping(training={key: value}))
    assert departures(config, "demo-bu3dfe", "FFNet") == [text]
    assert text not in departures(config, "demo-bu3dfe", "ridge")


@pytest.mark.parametrize(
    ("keep", "text"),
    [
        ("last", "6 validation subjects left out of training"),
        ("best_validation", "6 validation subjects left out of training, the best epoch kept"),
    ],
)
def test_validation_subjects_are_named_as_the_paper_trains_on_all_nine_folds(keep, text):
    config = read_config(paper_mapping(protocol={"validation": 6}, training={"keep": keep}))
    assert departures(config, "demo-bu3dfe", "FFNet") == [text]
    assert departures(config, "demo-bu3dfe", "ridge") == departures(
        read_config(paper_mapping()), "demo-bu3dfe", "ridge"
    )


def test_watching_the_test_fold_is_no_departure_as_it_changes_no_result():
    config = read_config(paper_mapping(training={"watch_test": True}))
    assert departures(config, "demo-bu3dfe", "FFNet") == []


@pytest.mark.parametrize("name", CONFIGS)
def test_no_shortcut_of_the_demo_reaches_a_paper_config(name):
    config = paper_config(name)
    assert (config.networks.width, config.training.batch, config.training.precision) == (1.0, 32, "float32")
    assert not config.training.augments
    assert (config.protocol.validation, config.training.keep, config.training.watch_test) == (0, "last", False)
