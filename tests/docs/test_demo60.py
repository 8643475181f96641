"""The tables of configs/demo60.yaml in docs/ are those that the run wrote, and complete."""

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


def page():
    return (ROOT / "docs" / "demo60.md").read_text(encoding="utf-8")


def test_the_page_shows_the_table_that_the_run_wrote_line_by_line():
    assert "\n".join(table_of(read("accuracy.md"))) in page()
    assert f"make CONFIG={CONFIG}" in page() and re.search(r"`[0-9a-f]{40}`", page())


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


def test_every_number_in_the_discussion_is_in_the_tables():
    discussion = page().partition("**Do masks help?**")[2].partition("None of this says")[0]
    known = {f"{abs(float(row['accuracy'])):.2f}" for row in rows("accuracy.csv")}
    for row in rows("comparisons.csv"):
        known |= {f"{abs(float(row[name])):.2f}" for name in ("difference", "interval_low", "interval_high", "p_holm")}
        known.add(f"{float(row['p_holm']):.3f}")
    numbers = re.findall(r"\d+\.\d+", discussion)
    assert len(numbers) > 20 and not [number for number in numbers if number not in known]


def test_the_counts_of_pairs_with_masks_are_those_of_the_comparisons():
    higher = {}
    for row in rows("comparisons.csv"):
        if row["second"] == row["first"].replace("16-BN", "16-BN-M").replace("F3DNet", "F3DNet-M") or (
            (row["first"], row["second"]) == ("FFNet", "FFNet-M")
        ):
            higher.setdefault(row["dataset"], []).append(float(row["difference"]) < 0)
    text = re.sub(r"\s+", " ", page())
    counts = [f"{sum(found)} of {len(found)}" for found in (higher["demo-bu3dfe"], higher["demo-bosphorus"])]
    assert counts[0] in text and counts[1] in text and all(len(found) == 9 for found in higher.values())


def test_the_page_shows_the_table_of_the_gpu_run_line_by_line():
    assert "\n".join(table_of(read("gpu_accuracy.md"))) in page() and "make CONFIG=configs/demo60_gpu.yaml" in page()
    config = read_config_file(str(ROOT / "config.yaml"), str(ROOT / "configs/demo60_gpu.yaml"))
    wanted = {(dataset, name) for dataset in config.datasets for name, row in config.experiments.items() if row.repeats}
    assert {(row["dataset"], row["experiment"]) for row in rows("gpu_accuracy.csv")} == wanted
    assert all(row["data"] == "synthetic" and row["runs"] == "10" for row in rows("gpu_accuracy.csv"))


def test_what_the_page_and_the_readme_say_of_the_gpu_run_is_in_its_tables():
    accuracy = {
        (row["dataset"], row["experiment"]): f"{float(row['accuracy']):.2f}" for row in rows("gpu_accuracy.csv")
    }
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("FFNet-M", "FFNet", "ridge"):
        assert all(f"{accuracy[dataset, name]}%" in readme for dataset in ("demo-bu3dfe", "demo-bosphorus"))
    said = page().partition("- **Masks**")[2].partition("[gpu_accuracy.csv]")[0]
    known = {f"{abs(float(row['difference'])):.2f}" for row in rows("gpu_comparisons.csv")}
    known |= {f"{float(row['p_holm']):.3f}" for row in rows("gpu_comparisons.csv")}
    numbers = re.findall(r"\d+\.\d+", said)
    assert len(numbers) == 12 and set(numbers) <= known
    pairs = {("FFNet", "FFNet-M"), ("F3DNet-d", "F3DNet-M-d")}
    masks = [row for row in rows("gpu_comparisons.csv") if (row["first"], row["second"]) in pairs]
    assert len(masks) == 4 and all(float(row["difference"]) < 0 and float(row["p_holm"]) > 0.05 for row in masks)
