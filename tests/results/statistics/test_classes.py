import numpy as np
import pytest
import sklearn.metrics

from ffnet.results.predictions import Predictions, gather_runs
from ffnet.results.statistics.classes import class_scores, confusion_counts, confusion_percent


def made_predictions(repeat, fold, label, predicted):
    """Predictions that are sure of `predicted`; every row a scan and a subject of its own."""
    names = np.array([f"scan{i}" for i in range(len(label))])
    return Predictions(*map(np.array, (repeat, fold)), names, names, np.array(label), np.eye(6)[predicted])


def test_confusion_is_scikit_learns_averaged_over_repeats(write_runs):
    paths, _ = write_runs(repeats=3)
    predictions = gather_runs(paths)
    matrices = [
        sklearn.metrics.confusion_matrix(
            predictions.label[predictions.repeat == repeat],
            predictions.probabilities[predictions.repeat == repeat].argmax(axis=1),
            labels=range(6),
            normalize="true",
        )
        for repeat in range(3)
    ]
    found = confusion_percent(predictions)
    assert not np.allclose(found, found.T)
    np.testing.assert_allclose(found, 100 * np.mean(matrices, axis=0))


def test_confusion_rows_are_true_and_columns_predicted_and_an_unseen_expression_is_nan():
    found = confusion_percent(made_predictions([0] * 4, [0] * 4, [1, 1, 1, 1], [1, 4, 4, 4]))
    assert found[1].tolist() == [0, 25, 0, 0, 75, 0]
    assert np.isnan(np.delete(found, 1, axis=0)).all()


def test_scores_of_classes_are_scikit_learns_over_all_runs_together(write_runs):
    predictions = gather_runs(write_runs(repeats=3, accuracy=0.5)[0])
    predicted = predictions.probabilities.argmax(axis=1)
    precision, recall, f1, _ = sklearn.metrics.precision_recall_fscore_support(
        predictions.label, predicted, labels=range(6), average=None
    )
    found = class_scores(confusion_counts(predictions))
    assert not np.allclose(recall, precision)
    np.testing.assert_allclose(found.recall, recall)
    np.testing.assert_allclose(found.precision, precision)
    np.testing.assert_allclose(found.f1, f1)


def test_scores_by_hand_and_what_cannot_be_said_is_nan():
    # class 0: shown 3 times, 2 right, named 4 times; class 1: shown 3 times, 1 right, named once; class 2: shown, never
    # named; class 3: never shown, named once; classes 4 and 5: neither
    label, predicted = [0, 0, 0, 1, 1, 1, 2], [0, 0, 3, 0, 0, 1, 1]
    found = class_scores(confusion_counts(made_predictions([0] * 7, [0] * 7, label, predicted)))
    np.testing.assert_allclose(found.recall, [2 / 3, 1 / 3, 0, np.nan, np.nan, np.nan])
    np.testing.assert_allclose(found.precision, [2 / 4, 1 / 2, np.nan, 0, np.nan, np.nan])
    np.testing.assert_allclose(found.f1, [4 / 7, 2 / 5, 0, 0, np.nan, np.nan])
    assert found.f1[0] == pytest.approx(2 / (1 / found.recall[0] + 1 / found.precision[0]))
