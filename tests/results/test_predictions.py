import csv

import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.results.predictions import gather_runs, predicted_labels, read_predictions, write_predictions

HEADER = "scan,subject,label,anger,disgust,fear,happiness,sadness,surprise\n"
FIRST = "s1_fear,s1,fear,0.10000000,0.20000000,0.30000000,0.15000000,0.20000000,0.05000000\n"
SECOND = "s1_joy,s1,happiness,0.00000000,0.00000000,0.00000000,0.25000000,0.75000000,0.00000000\n"


@pytest.fixture
def run(tmp_path):
    path = tmp_path / "FFNet" / "2" / "7.csv"
    path.parent.mkdir(parents=True)
    path.write_text(HEADER + FIRST + SECOND)
    return path


def test_one_run_is_read_as_it_is_written(run):
    found = gather_runs([run])
    assert found.repeat.tolist() == [2, 2] and found.fold.tolist() == [7, 7]
    assert found.scan.tolist() == ["s1_fear", "s1_joy"] and found.subject.tolist() == ["s1", "s1"]
    assert found.label.tolist() == [2, 3]
    np.testing.assert_array_equal(found.probabilities, [[0.1, 0.2, 0.3, 0.15, 0.2, 0.05], [0, 0, 0, 0.25, 0.75, 0]])
    assert predicted_labels(found).tolist() == [2, 4]


def test_of_equally_probable_expressions_the_first_is_predicted(run):
    run.write_text(HEADER + "a,s1,fear,0,0.5,0.5,0,0,0\n")
    assert predicted_labels(gather_runs([run])).tolist() == [1]


def test_gathered_runs_are_sorted_whatever_the_order_of_files_and_hold_every_row(write_runs):
    paths, _ = write_runs(repeats=12, folds=4)
    found = gather_runs(paths[::-1])
    keys = list(zip(found.repeat.tolist(), found.fold.tolist(), found.scan.tolist(), strict=True))
    assert keys == sorted(keys)
    rows = {}
    for path in paths:
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                rows[int(path.parent.name), int(path.stem), row["scan"]] = row
    assert set(rows) == set(keys) and len(rows) == len(keys)
    for key, subject, label, values in zip(keys, found.subject, found.label, found.probabilities.tolist(), strict=True):
        assert rows[key]["subject"] == subject and rows[key]["label"] == EXPRESSIONS[label]
        assert [float(rows[key][name]) for name in EXPRESSIONS] == values


def test_what_is_written_is_read_back_unchanged_and_writes_the_same_bytes_again(write_runs, tmp_path):
    paths, _ = write_runs()
    found = gather_runs(paths)
    write_predictions(tmp_path / "a.csv", found)
    again = read_predictions(tmp_path / "a.csv")
    for before, after in zip(found, again, strict=True):
        np.testing.assert_array_equal(before, after)
    write_predictions(tmp_path / "b.csv", again)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    run_line = paths[0].read_text().splitlines()[1]
    assert f"0,0,{run_line}\n" in (tmp_path / "a.csv").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected the columns scan,subject,.*, found nothing"),
        (HEADER, "expected rows below the header, found none"),
        (HEADER.replace(",fear", "") + FIRST, "line 1: .* found scan,subject,label,anger,disgust,happiness"),
        (HEADER.replace("anger,disgust", "disgust,anger") + FIRST, "line 1: expected the columns"),
        (HEADER + FIRST + SECOND[:50], "line 3: expected 9 values, found 6; is it cut"),
        (HEADER + FIRST + SECOND[:-1], "line 3: no newline at the end"),
        (HEADER + FIRST.replace(",fear,", ",fera,"), "line 2: label 'fera' is not one of anger, disgust, fear"),
        (HEADER + FIRST.replace(",fear,", ",neutral,"), "line 2: label 'neutral'"),
        (HEADER + FIRST + SECOND + FIRST, "line 4: scan s1_fear occurs a second time"),
        (HEADER + FIRST + SECOND.replace("0.75000000", "0.75020000"), "line 3: .* add up to 1"),
        (HEADER + FIRST + SECOND.replace("0.75000000", "0.74980000"), "line 3: .* add up to 1"),
        (HEADER + FIRST + SECOND.replace("0.75000000,0.0", "1.75000000,-1.0"), "line 3: .* add up to 1"),
        (HEADER + FIRST + SECOND.replace("0.75000000", "nan"), "line 3: .* add up to 1"),
        (HEADER + FIRST + SECOND.replace("0.75000000", "many"), "line 3: expected 6 numbers, found .*many"),
        (HEADER + FIRST + '"open', "not a whole table"),
    ],
)
def test_a_damaged_run_names_the_file_and_the_line(run, text, message):
    run.write_text(text)
    with pytest.raises(InputError, match=f"{run}.*{message}"):
        gather_runs([run])


@pytest.mark.parametrize("sum_off", [0.00009, -0.00009])
def test_a_sum_within_the_tolerance_is_accepted(run, sum_off):
    run.write_text(HEADER + FIRST + SECOND.replace("0.75000000", f"{0.75 + sum_off:.8f}"))
    assert len(gather_runs([run]).scan) == 2


def test_a_missing_file_is_named(run):
    with pytest.raises(InputError, match="8.csv: not a whole table .*No such file"):
        gather_runs([run, run.with_name("8.csv")])


def test_bytes_that_are_no_text_are_refused(run):
    run.write_bytes(b"\x89HDF\xff\xfe")
    with pytest.raises(InputError, match=f"{run}: not a whole table"):
        gather_runs([run])


def test_a_name_without_repeat_and_fold_is_refused(run):
    path = run.rename(run.with_name("seven.csv"))
    with pytest.raises(InputError, match="seven.csv: predictions of a run are named .../<repeat>/<fold>.csv"):
        gather_runs([path])


def test_the_same_run_given_twice_is_refused(run):
    twin = run.with_name("07.csv")
    twin.write_text(run.read_text())
    with pytest.raises(InputError, match=f"07.csv: repeat 2, fold 7 was already read from {run}"):
        gather_runs([run, twin])


def test_no_runs_at_all_are_refused():
    with pytest.raises(InputError, match="expected the predictions of at least one run, got no file"):
        gather_runs([])


def test_a_gathered_file_may_hold_a_scan_once_per_repeat_only(run, tmp_path):
    path = tmp_path / "FFNet.csv"
    path.write_text(f"repeat,fold,{HEADER}0,0,{FIRST}1,0,{FIRST}")
    assert read_predictions(path).repeat.tolist() == [0, 1]
    path.write_text(f"repeat,fold,{HEADER}0,0,{FIRST}0,1,{FIRST}")
    with pytest.raises(InputError, match=f"{path}, line 3: scan s1_fear occurs a second time in repeat 0"):
        read_predictions(path)


def test_a_gathered_file_with_a_repeat_that_is_no_number_is_refused(tmp_path):
    path = tmp_path / "FFNet.csv"
    path.write_text(f"repeat,fold,{HEADER}0,first,{FIRST}")
    with pytest.raises(InputError, match=f"{path}, line 2: expected whole numbers for repeat and fold, found 0,first"):
        read_predictions(path)


def test_another_set_of_classes_gives_its_own_columns_and_comes_back(tmp_path):
    classes = ("anger", "contempt", "neutral")
    run = tmp_path / "0" / "0.csv"
    run.parent.mkdir()
    run.write_text("scan,subject,label,anger,contempt,neutral\na,p,neutral,0.2,0.3,0.5\nb,q,contempt,0.9,0.1,0.0\n")
    found = gather_runs([run], classes)
    assert found.label.tolist() == [2, 1] and predicted_labels(found).tolist() == [2, 0]
    write_predictions(tmp_path / "a.csv", found, classes)
    assert (
        (tmp_path / "a.csv").read_text().startswith("repeat,fold,scan,subject,label,anger,contempt,neutral\n0,0,a,p,")
    )
    assert read_predictions(tmp_path / "a.csv", classes).probabilities.tolist() == found.probabilities.tolist()
    with pytest.raises(InputError, match="line 1: expected the columns scan,subject,label,anger,disgust"):
        gather_runs([run])
    run.write_text(run.read_text().replace("q,contempt", "q,fear"))
    with pytest.raises(InputError, match="line 3: label 'fear' is not one of anger, contempt, neutral"):
        gather_runs([run], classes)
