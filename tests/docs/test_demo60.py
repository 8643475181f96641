"""The tables and numbers of docs/demo60.md are those that the runs wrote."""

import csv
import re

import pytest

from ffnet.commands.config_file import read_config_file
from ffnet.workflow.planning import run_files
from ffnet.workflow.provenance import ROOT

FOLDER = ROOT / "docs" / "demo60"
LAYOUTS = ("demo-bu3dfe", "demo-bosphorus")


def rows(name):
    return list(csv.DictReader((FOLDER / name).read_text(encoding="utf-8").splitlines()))


def page():
    return (ROOT / "docs" / "demo60.md").read_text(encoding="utf-8")


def part(title):
    """The text below a heading of the second level."""
    return page().partition(f"## {title}\n")[2].partition("\n## ")[0]


def wanted_runs(config):
    """{(dataset, experiment): number of runs} of a config."""
    settings = read_config_file(str(ROOT / "config.yaml"), str(ROOT / config))
    return {
        (dataset, name): len(run_files(settings, dataset, name))
        for dataset in settings.datasets
        for name, row in settings.experiments.items()
        if row.repeats
    }


@pytest.mark.parametrize(
    ("title", "name"),
    [("The paper's recipe, on a GPU", "accuracy.csv"), ("All experiments, on a CPU", "cpu_accuracy.csv")],
)
def test_the_page_shows_the_stored_table_line_by_line(title, name):
    lines = [line for line in part(title).splitlines() if line.startswith("| d")]
    headings, *shown = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert len(shown) == len(rows(name)) and re.search(r"`[0-9a-f]{40}`", part(title))
    for cells, row in zip(shown, rows(name), strict=True):
        found = dict(zip(headings, cells, strict=True))
        assert [found[key] for key in ("dataset", "data", "experiment", "subjects", "scans")] == [
            *(row["dataset"], "synthetic", row["experiment"], "60", row["scans"])
        ]
        assert (found["accuracy %"], found["sd"]) == (row["accuracy"], row["sd_over_runs"])
        assert found["runs"] == f"{row['repeats']} x {row['folds']}"
        ends = [float(end) for end in found["95% interval"].split(" to ")]
        assert ends == pytest.approx([float(row["interval_low"]), float(row["interval_high"])], abs=0.051)
        if "left out" in found:
            assert (found["left out"], found["if wrong %"]) == (row["left_out"], row["accuracy_of_expected"])


def test_every_experiment_of_the_cpu_config_is_there_with_all_its_runs():
    wanted = wanted_runs("configs/demo60_cpu.yaml")
    assert len(wanted) == 2 * 20 and "make CONFIG=configs/demo60_cpu.yaml" in page()
    assert {(row["dataset"], row["experiment"]): int(row["runs"]) for row in rows("cpu_accuracy.csv")} == wanted


def test_what_was_run_of_the_gpu_config_was_run_whole():
    wanted = wanted_runs("configs/demo60.yaml")
    assert len(wanted) == 2 * 27 and "make CONFIG=configs/demo60.yaml" in page()
    found = {(row["dataset"], row["experiment"]): int(row["runs"]) for row in rows("accuracy.csv")}
    assert found.items() <= wanted.items() and len(found) == 2 * 12


def test_every_number_in_the_discussion_is_in_the_tables():
    known = {row[name] for row in rows("accuracy.csv") for name in ("accuracy", "sd_over_runs")}
    for row in rows("questions.csv"):
        if row["difference"]:
            known |= {f"{float(row['difference']):.2f}", f"{float(row['p_holm']):.3f}" if row["p_holm"] else ""}
    for row in rows("comparisons.csv"):
        known |= {f"{abs(float(row[name])):.2f}" for name in ("difference", "interval_low", "interval_high")}
    said = part("The paper's recipe, on a GPU").partition("### What these numbers say")[2]
    numbers = re.findall(r"-?\d+\.\d+", said)
    assert len(numbers) > 20 and not [number for number in numbers if number not in known]
    cpu = part("All experiments, on a CPU").partition("After so little training")[2]
    accuracies = {f"{float(row['accuracy']):.2f}" for row in rows("cpu_accuracy.csv")}
    numbers = re.findall(r"\d+\.\d+", cpu)
    assert len(numbers) == 6 and set(numbers) <= accuracies


def test_no_planned_comparison_of_masks_is_significant_as_the_page_says():
    questions = [row for row in rows("questions.csv") if row["difference"] and "masks" in row["question"]]
    assert len(questions) == 12 and all(float(row["p_holm"]) > 0.05 for row in questions)
    controls = [row for row in questions if row["question"].startswith("what masks bring")]
    least = [min(float(row["p_holm"]) for row in controls if row["dataset"] == name) for name in LAYOUTS]
    assert f"(p = {least[0]:.3f} at least on the first layout, {least[1]:.3f} on the second)" in (
        re.sub(r"\s+", " ", page())
    )


def test_what_the_readme_says_is_in_the_table():
    accuracy = {(row["dataset"], row["experiment"]): f"{float(row['accuracy']):.2f}" for row in rows("accuracy.csv")}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("FFNet-M", "FFNet", "ridge"):
        assert all(f"{accuracy[dataset, name]}%" in readme for dataset in LAYOUTS)
