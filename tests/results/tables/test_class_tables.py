from collections import Counter

import numpy as np
import pytest
import sklearn.metrics

from ffnet.results.tables.class_tables import (
    class_frame,
    class_table,
    confusion_frame,
    confusion_table,
    subject_frame,
    subject_table,
)


@pytest.mark.parametrize("frame", [confusion_frame, class_frame, subject_frame])
def test_every_row_says_whose_it_is_and_what_is_synthetic(known, frame):
    rows = frame(known.experiments())[["dataset", "experiment", "data"]].itertuples(index=False, name=None)
    assert set(rows) == {(*key, known.expected(*key)["data"]) for key in known.right}


def test_every_number_of_confusion_csv_is_scikit_learns(known):
    rows = known.table(confusion_table(confusion_frame(known.experiments())))
    assert len(rows) == 5 * 36 + 9
    for (dataset, experiment), _ in known.right.items():
        tested, classes = known.tested(dataset, experiment), known.datasets[dataset].classes
        labels = [row["true"] for row in tested], [row["predicted"] for row in tested]
        counts = sklearn.metrics.confusion_matrix(*labels, labels=classes)
        shares = sklearn.metrics.confusion_matrix(*labels, labels=classes, normalize="true")
        here = [row for row in rows if (row["dataset"], row["experiment"]) == (dataset, experiment)]
        assert [(row["true"], row["predicted"], row["count"], row["percent"]) for row in here] == [
            (true, predicted, str(counts[i, j]), f"{100 * shares[i, j]:.2f}")
            for i, true in enumerate(classes)
            for j, predicted in enumerate(classes)
        ]


def test_every_number_of_classes_csv_is_scikit_learns(known):
    rows = known.table(class_table(class_frame(known.experiments())))
    assert len(rows) == 5 * 6 + 3
    for (dataset, experiment), _ in known.right.items():
        tested, classes = known.tested(dataset, experiment), known.datasets[dataset].classes
        labels = [row["true"] for row in tested], [row["predicted"] for row in tested]
        scores = sklearn.metrics.precision_recall_fscore_support(*labels, labels=classes)
        here = [row for row in rows if (row["dataset"], row["experiment"]) == (dataset, experiment)]
        for name, row, precision, recall, f1, tests in zip(classes, here, *scores, strict=True):
            assert (row["class"], row["tests"]) == (name, str(tests))
            found = [float(row[key]) for key in ("precision", "recall", "f1")]
            assert found == pytest.approx([100 * precision, 100 * recall, 100 * f1], abs=0.00501)


def test_every_number_of_subjects_csv_is_counted_by_hand_and_the_hardest_five_are_shown(known):
    table = subject_table(subject_frame(known.experiments()))
    rows = known.table(table)
    for (dataset, experiment), _ in known.right.items():
        tested = known.tested(dataset, experiment)
        tests, right = (
            Counter(row["subject"] for row in tested),
            Counter(row["subject"] for row in tested if row["true"] == row["predicted"]),
        )
        scans = Counter(scan.split("_")[0] for scan in {row["scan"] for row in tested})
        here = [row for row in rows if (row["dataset"], row["experiment"]) == (dataset, experiment)]
        assert [row["rank"] for row in here] == [str(rank) for rank in range(1, 9)]
        assert {row["subject"]: (row["scans"], row["tests"], row["accuracy"]) for row in here} == {
            subject: (str(scans[subject]), str(tests[subject]), f"{100 * right[subject] / tests[subject]:.2f}")
            for subject in tests
        }
        assert [float(row["accuracy"]) for row in here] == sorted(float(row["accuracy"]) for row in here)
        shown = [line[3] for line in known.lines(table) if (line[0], line[2]) == (dataset, experiment)]
        assert shown == [row["subject"] for row in here[:5]]


def test_of_equally_hard_subjects_the_first_by_name_comes_first(known):
    experiment = known.experiments()[0]
    label = np.zeros_like(experiment.predictions.label)
    probabilities = np.zeros_like(experiment.predictions.probabilities)
    probabilities[:, 0] = 1
    sure = experiment._replace(predictions=experiment.predictions._replace(label=label, probabilities=probabilities))
    frame = subject_frame([sure])
    assert frame["subject"].tolist() == [f"s{i:02d}" for i in range(8)] and set(frame["accuracy"]) == {100.0}
