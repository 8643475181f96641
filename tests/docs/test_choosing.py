"""What docs/choosing.md shows is in the files that the commands wrote."""

import csv

import pytest
import yaml

from ffnet.commands.config_file import read_config_file
from ffnet.workflow.provenance import ROOT
from tests.docs.test_demo import cells, page, table_below

FOLDER = ROOT / "docs" / "choosing"
TEXT = page("docs/choosing.md")


@pytest.fixture(scope="module")
def ranking():
    return list(csv.DictReader((FOLDER / "ranking.csv").read_text(encoding="utf-8").splitlines()))


def test_the_ranking_is_the_one_that_was_written(ranking):
    shown = table_below(TEXT, "taken person by person:")
    assert len(shown) == len(ranking) == 6
    for line, row in zip(shown, ranking, strict=True):
        ends = f"{float(row['low']):.1f} to {float(row['high']):.1f}"
        keys = row["training.learning_rate"], row["training.epochs"]
        assert line[:6] == [row["rank"], *keys, row["accuracy"], ends, row["below"]] and line[7] == row["loss"]


def test_the_settings_shown_are_the_first_of_the_ranking_and_those_of_config_yaml_the_second(ranking):
    (block,) = [part.partition("```")[0] for part in TEXT.split("```yaml")[1:]]
    training = yaml.safe_load(block)["training"]
    assert {f"training.{key}": str(value) for key, value in training.items()}.items() <= ranking[0].items()
    own = read_config_file(ROOT / "config.yaml", ROOT / "configs" / "choosing.yaml").training
    assert [row["own"] for row in ranking] == ["", "yes", "", "", "", ""]
    assert (str(own.learning_rate), str(own.epochs)) == (
        ranking[1]["training.learning_rate"],
        ranking[1]["training.epochs"],
    )


def test_the_comparison_is_the_one_that_was_printed():
    printed = next(
        line for line in (FOLDER / "compare.txt").read_text(encoding="utf-8").splitlines() if "FFNet-M  " in line
    )
    (shown,) = table_below(TEXT, "ffnet compare before results")
    assert all(cell in printed for cell in shown) and cells("| a | b |") == ["a", "b"]
    assert f"{shown[4].lstrip('-')} percentage points worse" in TEXT
