"""Tables of configs/demo60.yaml in README.md and docs/ are those that the run wrote, and all that it should have."""

import csv
import re

import yaml

from ffnet.commands.config_file import read_config_file
from ffnet.workflow.planning import run_files
from ffnet.workflow.provenance import ROOT

CONFIG = "configs/demo60.yaml"
FOLDER = ROOT / "docs" / "demo60"


def read(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def rows(name):
    return list(csv.DictReader(read(name).splitlines()))


def table_of(text):
    return [line for line in text.splitlines() if line.startswith("|")]


def test_readme_shows_the_table_that_the_run_wrote_line_by_line():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\n".join(table_of(read("accuracy.md"))) in readme
    assert f"make CONFIG={CONFIG}" in readme and re.search(r"`[0-9a-f]{40}`", readme)


def test_the_table_is_that_of_the_stored_csv_and_says_synthetic():
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table_of(read("accuracy.md"))[2:]]
    stored = [
        [row["dataset"], row["data"], row["experiment"], row["subjects"], row["scans"]] for row in rows("accuracy.csv")
    ]
    assert [line[:5] for line in lines] == stored
    assert all(row["data"] == "synthetic" and row["subjects"] == "60" for row in rows("accuracy.csv"))
    for line, row in zip(lines, rows("accuracy.csv"), strict=True):
        assert line[6] == f"{float(row['accuracy']):.2f}"


def test_every_experiment_of_the_config_is_there_with_all_its_runs():
    config = read_config_file(str(ROOT / "config.yaml"), str(ROOT / CONFIG))
    wanted = {
        (dataset, name): len(run_files(config, dataset, name))
        for dataset in config.datasets
        for name, row in config.experiments.items()
        if row.repeats
    }
    assert len(wanted) == 2 * 20
    assert {(row["dataset"], row["experiment"]): int(row["runs"]) for row in rows("accuracy.csv")} == wanted
    repeats = yaml.safe_load((ROOT / CONFIG).read_text(encoding="utf-8"))["experiments"]
    assert repeats["FFNet"]["repeats"] == repeats["FFNet-M"]["repeats"] > 1


def test_every_figure_that_readme_draws_from_the_tables_stands_in_them():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    said = readme.partition("**Do masks help?**")[2].partition("They do not say")[0]
    told = {f"{abs(float(row['accuracy'])):.2f}" for row in rows("accuracy.csv")}
    for row in rows("comparisons.csv"):
        told |= {f"{abs(float(row[name])):.2f}" for name in ("difference", "interval_low", "interval_high", "p_holm")}
        told.add(f"{float(row['p_holm']):.3f}")
    said = re.findall(r"\d+\.\d+", said)
    assert len(said) > 20 and not [number for number in said if number not in told]


def test_the_counts_of_pairs_with_masks_are_those_of_the_comparisons():
    higher = {}
    for row in rows("comparisons.csv"):
        if row["second"] == row["first"].replace("16-BN", "16-BN-M").replace("F3DNet", "F3DNet-M") or (
            (row["first"], row["second"]) == ("FFNet", "FFNet-M")
        ):
            higher.setdefault(row["dataset"], []).append(float(row["difference"]) < 0)
    readme = re.sub(r"\s+", " ", (ROOT / "README.md").read_text(encoding="utf-8"))
    counts = [f"{sum(found)} of {len(found)}" for found in (higher["demo-bu3dfe"], higher["demo-bosphorus"])]
    assert counts[0] in readme and counts[1] in readme and all(len(found) == 9 for found in higher.values())
