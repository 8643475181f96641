"""What README and docs/demo.md say of the default demo is in the tables that its runs wrote."""

import csv
import re

import pytest
import yaml

from ffnet.workflow.provenance import ROOT
from tests.docs.conftest import blocks

FOLDER = ROOT / "docs" / "demo"
DATASETS = ("demo-bu3dfe", "demo-bosphorus")
CONFIRMING = (101, 202)


def rows(name):
    return list(csv.DictReader((FOLDER / name).read_text(encoding="utf-8").splitlines()))


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def table_below(text, heading):
    """The cells of the first table after a heading, without its two head lines."""
    lines = text.partition(heading)[2].split("\n\n")
    return next([cells(line) for line in part.splitlines()[2:]] for part in lines if part.startswith("|"))


def points(seed):
    """dataset -> FFNet-M minus ridge in percentage points."""
    signs = {("FFNet-M", "ridge"): 1, ("ridge", "FFNet-M"): -1}
    stored = rows(f"{seed}_comparisons.csv")
    return {row["dataset"]: signs[row["first"], row["second"]] * float(row["difference"]) for row in stored}


@pytest.fixture(scope="module")
def config():
    return yaml.safe_load(page("config.yaml"))


def test_readme_shows_the_table_of_the_default_run(config):
    stored = rows(f"{config['demo']['seed']}_accuracy.csv")
    shown = table_below(page("README.md"), "results/tables/accuracy.md")
    assert [(line[0], line[2], line[6]) for line in shown] == [
        (row["dataset"], row["experiment"], f"{float(row['accuracy']):.2f}") for row in stored
    ]
    assert all(row["data"] == "synthetic" for row in stored)


def test_readme_says_how_far_ffnet_m_is_above_the_floor_on_all_three_sets_of_people(config):
    text = re.sub(r"\s+", " ", page("README.md"))
    for seed in (config["demo"]["seed"], *CONFIRMING):
        one, other = (f"{points(seed)[dataset]:.2f}" for dataset in DATASETS)
        assert f"{one} and {other}" in text and min(points(seed).values()) > 0
    of_all = [row for seed in (config["demo"]["seed"], *CONFIRMING) for row in rows(f"{seed}_comparisons.csv")]
    assert len(of_all) == 6 and sum(float(row["p_holm"]) <= 0.05 for row in of_all) == 1
    assert "only one of these six differences is significant" in text


def test_the_page_shows_the_accuracies_and_differences_of_the_runs(config):
    shown = table_below(page("docs/demo.md"), "## Three sets of people")
    expected = []
    for seed in (config["demo"]["seed"], *CONFIRMING):
        stored = rows(f"{seed}_accuracy.csv")
        accuracy = {(row["dataset"], row["experiment"]): row["accuracy"] for row in stored}
        for row in rows(f"{seed}_comparisons.csv"):
            sign = 1 if row["first"] == "FFNet-M" else -1
            low, high = sorted(sign * float(row[name]) for name in ("interval_low", "interval_high"))
            names = accuracy[row["dataset"], "FFNet-M"], accuracy[row["dataset"], "ridge"]
            difference = f"{sign * float(row['difference']):.2f}"
            expected.append(
                [str(seed), row["dataset"], stored[0]["folds"], *names, difference, f"{low:.1f} to {high:.1f}"]
            )
    assert shown == expected and len(shown) == 2 * (1 + len(CONFIRMING))


def test_the_page_shows_every_trial_and_the_default_is_among_them(config):
    shown = table_below(page("docs/demo.md"), "## How the settings were chosen")
    trials = rows("choosing.csv")
    assert shown == [list(trial.values()) for trial in trials]
    seeds = {int(trial["seed"]) for trial in trials}
    assert not seeds & {config["demo"]["seed"], *CONFIRMING}
    training = config["training"]
    chosen = [str(training[name]) for name in ("epochs", "batch", "learning_rate")]
    found = {
        (int(trial["seed"]), trial["dataset"])
        for trial in trials
        if [trial["epochs"], trial["batch"], trial["learning rate"]] == chosen
    }
    assert found == {(seed, dataset) for seed in seeds for dataset in DATASETS}


def test_the_seeds_of_the_page_are_those_of_its_settings():
    settings = [
        yaml.safe_load(block.text) for block in blocks() if block.page == "docs/demo.md" and block.kind == "yaml"
    ]
    assert [one["demo"]["seed"] for one in settings] == [CONFIRMING[0], 7]
    folds = yaml.safe_load(page("config.yaml"))["protocol"]["folds"]
    assert {row["folds"] for seed in CONFIRMING for row in rows(f"{seed}_accuracy.csv")} == {str(folds)}


def across():
    """The stored rows of the table `cross` across the layouts, and those within one."""
    stored = rows("cross.csv")
    assert all(row["data"] == "synthetic" for row in stored)
    return [[row for row in stored if row["protocol"] == name] for name in ("another collection", "cross-validation")]


def reach(row):
    return f"{float(row['interval_low']):.1f} to {float(row['interval_high']):.1f}"


def test_the_page_shows_the_accuracies_across_the_layouts():
    shown = table_below(page("docs/demo.md"), "## Across the layouts")
    names = ("experiment", "train", "test", "accuracy")
    assert shown == [[*(row[name] for name in names), reach(row)] for row in across()[0]] and len(shown) == 4


def test_the_how_to_shows_the_same_table_and_the_diagonal_is_that_of_the_default_run(config):
    shown = {tuple(line[:2]): line[2:] for line in table_below(page("docs/cross.md"), "`results/tables/cross.md`")}
    pairs, within = across()
    for row in (*pairs, *within):
        cell = shown[row["experiment"], row["train"]][DATASETS.index(row["test"])]
        assert cell == f"{row['accuracy']} ({reach(row)})"
    stored = {(row["dataset"], row["experiment"]): row for row in rows(f"{config['demo']['seed']}_accuracy.csv")}
    assert len(shown) == len(within) == 4
    for row in within:
        of = stored[row["test"], row["experiment"]]
        assert (row["accuracy"], reach(row)) == (of["accuracy"], reach(of))


def test_what_evaluate_prints_there_agrees_with_the_table():
    text = page("docs/cross.md")
    shown = re.findall(
        r"evaluate results/(.*)/models/(.*).safetensors (.*)\n.*\n.*\naccuracy ([\d.]+)%.* interval (.*)%;", text
    )
    named = {(row["train"], row["experiment"], row["test"], row["accuracy"], reach(row)) for row in across()[0]}
    assert len(shown) == 2 and set(shown) <= named
    for (*_, accuracy, _), part in zip(shown, text.split("recall %\n")[1:], strict=True):
        matrix = [list(map(int, line.split()[1:-1])) for line in part.splitlines()[:6]]
        assert sum(matrix[i][i] for i in range(6)) == round(float(accuracy) * 144 / 100)


def test_the_pairs_of_the_how_to_are_those_of_its_config():
    (shown,) = [
        yaml.safe_load(block.text)["cross"]
        for block in blocks()
        if (block.page, block.kind) == ("docs/cross.md", "yaml")
    ]
    assert shown["pairs"] == yaml.safe_load(page("configs/across.yaml"))["cross"]["pairs"]
    defaults = yaml.safe_load(page("config.yaml"))["cross"]
    assert {name: defaults[name] for name in ("experiments", "repeats")} == {
        name: shown[name] for name in ("experiments", "repeats")
    }
