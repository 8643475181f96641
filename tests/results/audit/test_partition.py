import re

import pytest

from ffnet.errors import InputError
from ffnet.results.audit.partition import check_partition, check_tested, read_splits
from ffnet.results.predictions import gather_runs
from ffnet.training.record import Record
from tests.training.conftest import record_values

WHERE = "results/demo/runs/FFNet-M"


@pytest.fixture
def check(write_runs):
    """(run files, split files, a function that reads and checks them)."""
    runs, splits = write_runs(repeats=2, folds=4, subjects=8)
    return runs, splits, lambda: check_partition(gather_runs(runs), read_splits(splits), WHERE)


def drop_lines(path, start):
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(start)))
    assert len(lines) > len(path.read_text().splitlines())


def test_a_whole_partition_passes(check):
    check[2]()


def test_splits_are_read_per_repeat(check):
    splits = read_splits(check[1])
    assert list(splits) == [0, 1]
    assert sorted(splits[0]) == [f"s0{i}" for i in range(8)] and sorted(splits[1].values()) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_a_scan_missing_from_one_repeat_is_named(check):
    runs, _, run = check
    path = next(path for path in runs[4:] if "s03_fear" in path.read_text())
    drop_lines(path, "s03_fear")
    with pytest.raises(InputError, match=f"{WHERE}/1: 47 scans were tested, 48 in repeat 0.* is s03_fear"):
        run()


def test_a_label_that_differs_between_repeats_is_named(check, edit):
    runs, _, run = check
    path = next(path for path in runs[4:] if "s03_fear" in path.read_text())
    edit(path, "s03_fear,s03,fear", "s03_fear,s03,anger")
    with pytest.raises(InputError, match=f"{WHERE}/1: 48 scans .* is s03_fear"):
        run()


@pytest.fixture
def redrawn(check):
    """The same, where the second repeat tests s00 to s06 alone and the first s01 to s07."""
    runs, splits, _ = check
    for repeat, absent in ((0, "s00"), (1, "s07")):
        drop_lines(splits[repeat], absent)
        for path in runs[4 * repeat : 4 * repeat + 4]:
            text = path.read_text().splitlines(keepends=True)
            path.write_text("".join(line for line in text if not line.startswith(absent)))
    return runs, splits, lambda: check_partition(gather_runs(runs), read_splits(splits), WHERE, redrawn=True)


def test_repeats_may_test_other_people_only_where_each_draws_its_own(redrawn):
    runs, splits, run = redrawn
    run()
    with pytest.raises(InputError, match=f"{WHERE}/1: 42 scans were tested, 42 in repeat 0.* is s00_anger"):
        check_partition(gather_runs(runs), read_splits(splits), WHERE)


@pytest.mark.parametrize(
    ("repeat", "line", "counts"), [(0, "s03_fear,", "36 .*, 35"), (1, "s03_fear,", "35 .*, 36"), (1, "s00_fear,", None)]
)
def test_a_scan_of_a_person_of_both_repeats_that_is_missing_from_one_is_named(redrawn, repeat, line, counts):
    runs, _, run = redrawn
    drop_lines(next(path for path in runs[4 * repeat :] if line in path.read_text()), line)
    if counts is None:  # of a person whom the other repeat does not test nobody knows how many there are
        run()
    else:
        with pytest.raises(InputError, match=f"{WHERE}/1: {counts} in the repeats before, .* is s03_fear"):
            run()


def test_a_scan_that_another_repeat_tested_under_another_name_is_named(redrawn, edit):
    runs, splits, run = redrawn
    fold = read_splits(splits)[1]["s00"]
    edit(runs[4 + fold], "s00_fear,s00", "s07_fear,s00")
    with pytest.raises(InputError, match=f"{WHERE}/1: .* is s07_fear"):
        run()


def test_repeats_with_more_or_fewer_people_than_the_first_are_named(redrawn):
    runs, splits, run = redrawn
    drop_lines(splits[1], "s00")
    for path in runs[4:]:
        path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.startswith("s00")))
    with pytest.raises(InputError, match=f"{WHERE}/1: its split has 6 subjects, that of repeat 0 has 7; delete"):
        run()


def test_a_subject_that_a_repeat_did_not_draw_is_named_though_another_did(redrawn):
    runs, _, run = redrawn
    line = next(line for path in runs[:4] for line in path.read_text().splitlines() if line.startswith("s07_fear"))
    runs[4].write_text(runs[4].read_text() + line + "\n")
    with pytest.raises(InputError, match="/1/0.csv: subject s07 .* its split says no fold"):
        run()


def test_a_subject_without_any_scan_is_named_with_its_run(check):
    runs, splits, run = check
    fold = read_splits(splits)[0]["s03"]
    drop_lines(runs[fold], "s03")
    with pytest.raises(InputError, match=f"{WHERE}/0/{fold}.csv: found no scan of subject s03; delete"):
        run()


def test_a_subject_tested_in_another_fold_than_its_own_is_named(check):
    runs, splits, run = check
    fold = read_splits(splits)[0]["s03"]
    other = (fold + 1) % 4
    line = next(line for line in runs[fold].read_text().splitlines() if line.startswith("s03_fear"))
    runs[other].write_text(runs[other].read_text() + line + "\n")
    with pytest.raises(InputError, match=f"/0/{other}.csv: subject s03 .* fold {other}, but its split says {fold}"):
        run()


def test_a_subject_that_was_not_selected_is_named(check):
    runs, splits, run = check
    fold = read_splits(splits)[1]["s03"]
    drop_lines(splits[1], "s03")
    with pytest.raises(InputError, match=f"/1/{fold}.csv: subject s03 .* its split says no fold"):
        run()


def test_a_scan_tested_twice_under_two_subjects_of_one_fold_is_named(check, edit):
    runs, splits, run = check
    split = read_splits(splits)[0]
    mate = next(subject for subject in split if subject != "s03" and split[subject] == split["s03"])
    predictions = gather_runs(runs)
    scan = predictions.scan.copy()
    scan[(predictions.repeat == 0) & (scan == f"{mate}_fear")] = "s03_fear"
    with pytest.raises(InputError, match=f"/0/{split['s03']}.csv: scan s03_fear is tested a second time in repeat 0"):
        check_partition(predictions._replace(scan=scan), read_splits(splits), WHERE)


def test_a_repeat_without_a_split_and_a_split_without_its_repeat_are_named(check):
    runs, splits, _ = check
    with pytest.raises(InputError, match=re.escape(f"{WHERE}/1/0.csv: there is no split of repeat 1")):
        check_partition(gather_runs(runs), read_splits(splits[:1]), WHERE)
    with pytest.raises(InputError, match=f"{WHERE}/1/.*no scan of subject s"):
        check_partition(gather_runs(runs[:4]), read_splits(splits), WHERE)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("0.csv", "subject,fold\na,0\nb,one\n", "0.csv, line 3: expected a whole number as fold, found 'one'"),
        ("0.csv", "subject,fold\na,0\na,1\n", "0.csv, line 3: subject a occurs a second time"),
        ("0.csv", "subject\na\n", "0.csv, line 1: expected the columns subject,fold, found subject"),
        ("first.csv", "subject,fold\na,0\n", "first.csv: a split is named .../<repeat>.csv"),
    ],
)
def test_a_damaged_split_is_named(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=message):
        read_splits([tmp_path / name])


def test_a_run_that_is_cut_at_a_line_end_is_named_by_what_its_record_says(check):
    runs, _, _ = check
    whole = {path.with_suffix(".json"): Record(**record_values()) for path in runs}
    check_tested(gather_runs(runs), whole)
    lines = runs[5].read_text().splitlines(keepends=True)
    runs[5].write_text("".join(lines[:-1]))
    with pytest.raises(InputError, match="/1/1.csv: found predictions of 11 scans, but its record says 12; is it cut"):
        check_tested(gather_runs(runs), whole)
