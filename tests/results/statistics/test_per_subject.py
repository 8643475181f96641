import csv

import pytest

from ffnet.results.predictions import gather_runs
from ffnet.results.statistics.per_subject import subject_accuracies


def test_subjects_by_the_csv_module_and_the_hardest_first(write_runs):
    paths, _ = write_runs(repeats=3, folds=4, subjects=8)
    tested = {}
    for path in paths:
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                values = {name: float(value) for name, value in list(row.items())[3:]}
                tested.setdefault(row["subject"], []).append(max(values, key=values.get) == row["label"])
    found = subject_accuracies(gather_runs(paths))
    assert {row.subject for row in found} == set(tested) and len(found) == 8
    for row in found:
        assert (row.scans, row.tests) == (6, 18) and row.accuracy == pytest.approx(sum(tested[row.subject]) / 18)
    order = [row.accuracy for row in found]
    assert order == sorted(order) and order[0] < order[-1]


def test_of_equally_hard_subjects_the_first_by_name_comes_first(write_runs):
    found = subject_accuracies(gather_runs(write_runs(accuracy=2.0)[0]))
    assert [row.subject for row in found] == [f"s{i:02d}" for i in range(8)] and {row.accuracy for row in found} == {1}
