"""Runs of one collection on another: read, shown in a table, with their intervals over people and their confusions."""

import csv
import io
import json
import math

import numpy as np
import pytest
import scipy.stats

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.results.cross_runs import CrossRuns, read_crosses, read_runs
from ffnet.results.tables.all_tables import all_frames, all_tables
from ffnet.results.tables.formatters import csv_text, markdown_text
from tests.results.conftest import RIGHT
from tests.training.conftest import record_values

RIGHT_OF = {  # (train, test, experiment) -> of each repeat, how many of the six scans of each person are right
    ("faces", "demo", "FFNet-M"): [[6, 5, 4, 6], [5, 6, 3, 6]],
    ("faces", "demo", "ridge"): [[1, 2, 3, 4]],
    ("demo", "faces", "FFNet-M"): [[3, 3, 3]],
}


def write_run(path, right, classes=EXPRESSIONS):
    """A run of the scans of len(right) people, one of each class: so many of each are right, the others one off."""
    lines = [f"scan,subject,label,{','.join(classes)}"]
    for person, correct in enumerate(right):
        for label, name in enumerate(classes):
            chosen = label if label < correct else (label + 1) % len(classes)
            values = [0.05 + (1 - 0.05 * len(classes)) * (k == chosen) for k in range(len(classes))]
            lines.append(f"p{person}_{label},p{person},{name}," + ",".join(f"{value:.8f}" for value in values))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    scans = {"training": 60, "test": len(lines) - 1}
    path.with_suffix(".json").write_text(json.dumps(record_values(scans=scans)))
    return str(path)


def write_crosses(folder):
    """The CrossRuns of RIGHT_OF."""
    planned = []
    for (train, test, experiment), repeats in RIGHT_OF.items():
        place = folder / test / "cross" / train / experiment
        paths = [write_run(place / f"{repeat}.csv", right) for repeat, right in enumerate(repeats)]
        row = ("f3dnet", "f3dnet", "vgg16_bn", "own")
        planned.append(CrossRuns(train, test, experiment, EXPRESSIONS, False, row, paths))
    return planned


@pytest.fixture
def crosses(tmp_path, known):
    return read_crosses(write_crosses(tmp_path), known.datasets, known.confidence)


@pytest.fixture
def frames(known, crosses):
    return all_frames(known.experiments(), known.datasets, known.confidence, crosses)


def test_accuracy_and_interval_are_those_of_the_people_who_are_tested(frames):
    rows = {
        (row["train"], row["test"], row["experiment"]): row
        for row in csv.DictReader(io.StringIO(csv_text(all_tables(frames)["cross"])))
        if row["protocol"] == "another collection"
    }
    assert set(rows) == set(RIGHT_OF)
    for key, repeats in RIGHT_OF.items():
        shares, row = np.mean(repeats, axis=0) / 6, rows[key]  # of each person, over all repeats
        ends = "", ""  # all people alike
        if np.ptp(shares):
            low, high = scipy.stats.t.interval(0.95, len(shares) - 1, shares.mean(), scipy.stats.sem(shares))
            ends = f"{max(100 * low, 0):.2f}", f"{min(100 * high, 100):.2f}"
        assert (row["accuracy"], row["interval_low"], row["interval_high"]) == (f"{100 * shares.mean():.2f}", *ends)
        assert (row["subjects"], row["repeats"]) == (str(len(shares)), str(len(repeats)))
    sd = np.std([100 * 21 / 24, 100 * 20 / 24], ddof=1)
    assert rows["faces", "demo", "FFNet-M"]["sd_over_repeats"] == f"{sd:.2f}"
    assert rows["faces", "demo", "ridge"]["sd_over_repeats"] == ""
    assert {key: row["data"] for key, row in rows.items()}["demo", "faces", "FFNet-M"] == "paper's"


def test_the_diagonal_is_the_cross_validation_as_accuracy_has_it(frames):
    table = [row for row in frames["cross"].to_dict("records") if row["protocol"] == "cross-validation"]
    found = {(row["train"], row["experiment"]): row for row in table}
    named = {"ridge", "FFNet-M"}
    assert set(found) == {(of, name) for of, name in RIGHT if of in ("demo", "faces") and name in named}
    accuracy = {(row["dataset"], row["experiment"]): row for row in frames["accuracy"].to_dict("records")}
    for key, row in found.items():
        assert row["test"] == row["train"]
        for name in ("accuracy", "interval_low", "interval_high", "subjects", "scans", "repeats", "chance"):
            assert row[name] == accuracy[key][name], (key, name)


def test_people_see_rows_that_train_and_columns_that_are_tested(frames):
    text = markdown_text(all_tables(frames)["cross"].view)
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    assert lines[0] == ["experiment", "trained on", "tested on faces", "tested on demo"]
    shown = {tuple(line[:2]): line[2:] for line in lines[2:]}
    assert shown["ridge", "faces"] == ["", "41.67 (7.4 to 75.9)"]
    assert shown["FFNet-M", "demo"][0] == "50.00"  # all people alike: no interval
    assert [cell.split(" (")[0] for cell in shown["FFNet-M", "faces"]] == ["93.06", "85.42"]  # 134 of 144, 41 of 48
    assert shown["ridge", "demo"][0] == "" and shown["ridge", "demo"][1] != ""
    assert "as in accuracy.md" in text and "synthetic: generated faces" in text and "95% interval" in text


def test_confusion_and_classes_are_beside_those_of_the_tested_collection(frames):
    of = frames["confusion"]
    matrix = of[(of["dataset"] == "demo") & (of["experiment"] == "FFNet-M trained on faces")]
    assert len(matrix) == 36 and matrix["count"].sum() == 48
    surprise = matrix[matrix["true"] == "surprise"].set_index("predicted")["count"]
    assert surprise["surprise"] == 4 and surprise["anger"] == 4  # the sixth class is right where all six are
    assert "ridge trained on faces" in set(frames["classes"]["experiment"])
    assert not any("trained on" in name for name in frames["accuracy"]["experiment"])


def test_without_pairs_there_is_no_such_table(known):
    frames = all_frames(known.experiments(), known.datasets, known.confidence)
    assert "cross" not in frames and "cross" not in all_tables(frames)


def test_classes_are_those_of_the_training_collection(tmp_path, known):
    classes = ("bad", "good")
    path = write_run(tmp_path / "0.csv", [2, 1, 0], classes)
    planned = CrossRuns("faces", "own", "ridge", classes, False, ("ridge", "none", "none", "none"), [path])
    (tested,) = read_crosses([planned], known.datasets, known.confidence)
    assert tested.experiment.info.classes == classes and tested.experiment.info.kind == "own"
    assert tested.experiment.name == "ridge trained on faces" and tested.experiment.dataset == "own"


def test_a_run_that_is_cut_or_tests_other_scans_is_named(tmp_path):
    paths = [write_run(tmp_path / f"{repeat}.csv", [6, 5]) for repeat in range(2)]
    found = read_runs(paths, EXPRESSIONS)
    assert found.repeat.tolist() == [0] * 12 + [1] * 12 and set(found.fold.tolist()) == {0}
    whole = (tmp_path / "1.csv").read_text()
    (tmp_path / "1.csv").write_text("".join(whole.splitlines(keepends=True)[:-1]))
    for files in (paths, paths[1:]):
        with pytest.raises(
            InputError, match=r"1.csv: found predictions of 11 scans, but its record says 12; is it cut"
        ):
            read_runs(files, EXPRESSIONS)
    (tmp_path / "1.csv").write_text(whole.replace("p1_3,", "p9_3,"))
    with pytest.raises(InputError, match=r"1.csv: the scans are not those of .*0.csv; delete both and run again"):
        read_runs(paths, EXPRESSIONS)


def test_one_person_has_no_interval(tmp_path, known):
    path = write_run(tmp_path / "0.csv", [4])
    planned = CrossRuns("faces", "demo", "ridge", EXPRESSIONS, False, ("ridge", "none", "none", "none"), [path])
    crosses = read_crosses([planned], known.datasets, known.confidence)
    (row,) = [
        row
        for row in all_frames(known.experiments(), known.datasets, 0.95, crosses)["cross"].to_dict("records")
        if row["protocol"] == "another collection"
    ]
    assert math.isnan(row["interval_low"]) and row["accuracy"] == pytest.approx(200 / 3)


def test_pairs_alone_make_all_tables(known, crosses):
    """Where no experiment has repeats."""
    tables = all_tables(all_frames([], known.datasets, known.confidence, crosses))
    assert "| FFNet-M    | faces      |" in markdown_text(tables["cross"].view) and csv_text(tables["confusion"])
