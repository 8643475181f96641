import math

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics

from ffnet.errors import InputError
from ffnet.results.accuracy import (
    confusion_percent,
    corrected_interval,
    corrected_standard_error,
    run_accuracies,
    summarise,
)
from ffnet.results.predictions import Predictions, gather_runs


def made_predictions(repeat, fold, label, predicted):
    """Predictions that are sure of `predicted`; every row a scan and a subject of its own."""
    names = np.array([f"scan{i}" for i in range(len(label))])
    return Predictions(*map(np.array, (repeat, fold)), names, names, np.array(label), np.eye(6)[predicted])


@pytest.fixture
def two_by_two():
    """Runs with accuracies 1/2, 1 (repeat 0) and 0, 1/3 (repeat 1)."""
    return made_predictions(
        repeat=[0, 0, 0, 1, 1, 1, 1],
        fold=[0, 0, 1, 0, 1, 1, 1],
        label=[0, 1, 2, 3, 4, 5, 0],
        predicted=[0, 2, 2, 4, 4, 0, 1],
    )


def test_accuracies_of_runs_by_hand(two_by_two):
    np.testing.assert_allclose(run_accuracies(two_by_two), [[1 / 2, 1], [0, 1 / 3]])


def test_summary_by_hand(two_by_two):
    found = summarise(two_by_two, 0.95)
    assert (found.subjects, found.scans, found.repeats, found.folds) == (7, 7, 2, 2)
    mean = (1 / 2 + 1 + 0 + 1 / 3) / 4
    squares = [(value - mean) ** 2 for value in (1 / 2, 1, 0, 1 / 3)]
    assert found.mean == pytest.approx(mean)
    assert found.sd_over_runs == pytest.approx(math.sqrt(sum(squares) / 3))
    assert found.sd_over_repeats == pytest.approx(abs(3 / 4 - 1 / 6) / math.sqrt(2))


def test_accuracy_is_the_mean_of_scikit_learns_accuracies_of_the_runs(write_runs):
    paths, _ = write_runs(repeats=3, folds=5, subjects=12)
    predictions = gather_runs(paths)
    scores = np.empty((3, 5))
    for repeat, fold in np.ndindex(3, 5):
        chosen = (predictions.repeat == repeat) & (predictions.fold == fold)
        predicted = predictions.probabilities[chosen].argmax(axis=1)
        scores[repeat, fold] = sklearn.metrics.accuracy_score(predictions.label[chosen], predicted)
    assert len(np.unique(scores)) > 4
    np.testing.assert_allclose(run_accuracies(predictions), scores)
    found = summarise(predictions, 0.95)
    assert found.mean == pytest.approx(scores.mean())
    assert found.sd_over_runs == pytest.approx(np.std(scores, ddof=1))
    assert found.sd_over_repeats == pytest.approx(np.std([row.mean() for row in scores], ddof=1))
    assert (found.subjects, found.scans, found.repeats, found.folds) == (12, 72, 3, 5)


def test_a_missing_run_is_named(two_by_two):
    kept = (two_by_two.repeat != 1) | (two_by_two.fold != 0)
    with pytest.raises(InputError, match="no predictions of repeat 1, fold 0"):
        run_accuracies(Predictions(*(column[kept] for column in two_by_two)))


def test_corrected_standard_error_by_hand_for_two_repeats_of_five_folds():
    runs = np.array([[0.80, 0.90, 0.85, 0.95, 0.75], [0.85, 0.85, 0.90, 0.80, 0.85]])
    # mean 0.85; squared differences: .0025 .0025 0 .01 .01 + 0 0 .0025 .0025 0 = .03; variance .03 / 9
    assert corrected_standard_error(runs) == pytest.approx(math.sqrt(0.03 / 9 * (1 / 10 + 1 / 4)))


def test_correction_is_the_share_of_test_over_training_subjects_in_the_papers_protocol():
    runs = np.random.default_rng(0).random((100, 10))
    plain = scipy.stats.sem(runs.ravel())
    assert corrected_standard_error(runs) / plain == pytest.approx(math.sqrt(1 + 1000 * 6 / 54))


def test_interval_is_students_t_around_the_mean():
    runs = np.array([[0.80, 0.90, 0.85, 0.95, 0.75], [0.85, 0.85, 0.90, 0.80, 0.85]])
    for confidence in (0.9, 0.95):
        wanted = scipy.stats.t.interval(confidence, 9, loc=0.85, scale=math.sqrt(0.03 / 9 * 0.35))
        assert wanted[1] < 1
        np.testing.assert_allclose(corrected_interval(runs, confidence), wanted)


def test_interval_stays_within_0_and_1():
    low, high = corrected_interval(np.array([[1.0, 0.9, 1.0, 1.0]]), 0.95)
    assert 0.8 < low < 0.975 and high == 1
    low, high = corrected_interval(np.array([[0.0, 0.1, 0.0, 0.0]]), 0.95)
    assert low == 0 and 0.025 < high < 0.2


@pytest.mark.parametrize("runs", [[[0.5]], [[0.5, 0.5]], [[0.5], [0.6]]])
def test_too_few_or_equal_runs_have_no_interval(runs):
    assert np.isnan(corrected_interval(np.array(runs), 0.95)).all()


def test_one_repeat_has_no_deviation_over_repeats_and_one_run_has_none_at_all():
    found = summarise(made_predictions([0, 0, 0], [0, 1, 1], [0, 1, 2], [0, 0, 2]), 0.95)
    assert math.isnan(found.sd_over_repeats) and found.sd_over_runs == pytest.approx(0.5 / math.sqrt(2))
    found = summarise(made_predictions([0, 0], [0, 0], [0, 1], [0, 0]), 0.95)
    assert math.isnan(found.sd_over_repeats) and math.isnan(found.sd_over_runs) and math.isnan(found.low)


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
