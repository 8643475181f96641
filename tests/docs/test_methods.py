"""What docs/methods.md shows is in the files that the commands wrote, and in config.yaml."""

import csv
import dataclasses
import re

import pytest

from ffnet.commands.config_file import read_config_file
from ffnet.networks.settings import LossSettings
from ffnet.workflow.provenance import ROOT
from tests.docs.test_demo import page, table_below

FOLDER, TEXT = ROOT / "docs" / "methods", page("docs/methods.md")
CHOSEN = {path.stem.partition("_")[2]: path for path in FOLDER.glob("choice_*.csv")}
NUMBERS = {field.name for field in dataclasses.fields(LossSettings)} - {"form", "sigma"}


def rows(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def settings():
    return read_config_file(ROOT / "config.yaml", ROOT / "configs" / "methods.yaml")


def other_methods():
    """The rows of config.yaml below its comment on other methods."""
    below = page("config.yaml").partition("  # other methods:")[2].partition("\n\n")[0]
    return re.findall(r"^  ([\w-]+): ", below, flags=re.MULTILINE)


def test_the_numbers_of_the_losses_in_config_yaml_are_the_first_of_their_rankings(settings):
    plain, found = LossSettings(), {}
    for name in other_methods():
        loss = settings.experiments[name].loss
        found |= {(name, key): getattr(loss, key) for key in NUMBERS if getattr(loss, key) != getattr(plain, key)}
    chosen = {}
    for name, path in CHOSEN.items():
        first = rows(path)[0]
        (column,) = [column for column in first if column.startswith("loss.")]
        chosen[name, column.removeprefix("loss.")] = float(first[column])
    assert found == chosen and len(found) == 7


def test_the_page_shows_these_rankings_and_that_none_is_clear():
    shown = {line[0]: line[1:] for line in table_below(TEXT, "For example:")}
    assert list(shown) == list(dict.fromkeys(shown)) and set(shown) == set(CHOSEN)
    for name, (number, tried, distance) in shown.items():
        ranked = rows(CHOSEN[name])
        column = f"loss.{number.strip('`')}"
        assert tried == ", ".join(f"{row[column]} ({row['accuracy']})" for row in ranked)
        assert distance == f"{float(ranked[-1]['below_low']):.1f} to {float(ranked[-1]['below_high']):.1f}"
        assert all(float(row["below_low"]) < 0 for row in ranked[1:]) and {
            row["training.epochs"] for row in ranked
        } == {"18"}


def test_the_config_runs_every_other_method_beside_ffnet_m(settings):
    run = [name for name, row in settings.experiments.items() if row.repeats]
    assert set(run) == {"ridge", "FFNet", "FFNet-M", *other_methods()} and len(other_methods()) == 21
