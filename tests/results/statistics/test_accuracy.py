import math
from collections import Counter

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics

from ffnet.errors import InputError
from ffnet.results.predictions import Predictions, gather_runs
from ffnet.results.statistics.accuracy import (
    corrected_interval,
    corrected_standard_error,
    most_frequent,
    naive_interval,
    naive_standard_error,
    run_accuracies,
    summarise,
)


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


def test_what_was_left_out_and_the_accuracy_with_it_as_wrong_by_hand(two_by_two):
    scans = dict.fromkeys(two_by_two.subject.tolist(), 1) | {"scan1": 3, "scan2": 2}
    found = summarise(two_by_two, 0.95, expected=scans)
    assert found.left_out == 3 and found.mean == summarise(two_by_two, 0.95).mean
    # runs: 1 of 2, of 4 with what was left out; 1 of 1, of 2; 0 of 1; 1 of 3
    assert found.mean_of_expected == pytest.approx((1 / 4 + 1 / 2 + 0 + 1 / 3) / 4)
    kept = Predictions(*(column[two_by_two.fold != 1] for column in two_by_two))
    some = summarise(kept, 0.95, (2, 2), scans)
    assert some.left_out == 2 and some.mean_of_expected == pytest.approx((1 / 4 + 0) / 2)


def test_where_all_scans_were_tested_none_is_counted_as_wrong(known):
    for one in known.experiments():
        scans = dict(Counter(subject for subject, _ in set(zip(*one.predictions[3:1:-1], strict=True))))
        found = summarise(one.predictions, 0.95, expected=scans)
        assert found.left_out == 0 and found.mean_of_expected == pytest.approx(found.mean)


def test_of_subjects_whose_scans_are_not_known_nothing_is_said(two_by_two):
    found = summarise(two_by_two, 0.95)
    assert math.isnan(found.left_out) and math.isnan(found.mean_of_expected)


def test_the_most_frequent_class():
    assert most_frequent(np.array([2, 0, 2, 2, 5])) == pytest.approx(3 / 5)


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


def test_the_naive_interval_takes_all_runs_as_independent():
    runs = np.array([[0.80, 0.90, 0.85, 0.95, 0.75], [0.85, 0.85, 0.90, 0.80, 0.85]])
    assert naive_standard_error(runs) == pytest.approx(scipy.stats.sem(runs.ravel()))
    wanted = scipy.stats.t.interval(0.95, 9, loc=0.85, scale=math.sqrt(0.03 / 9 / 10))
    np.testing.assert_allclose(naive_interval(runs, 0.95), wanted)
    assert (naive_interval(np.array([[1.0, 0.9, 1.0, 1.0]]), 0.95)[1]) == 1


def test_more_repeats_shrink_the_naive_interval_to_nothing_and_the_corrected_one_only_to_the_spread_of_a_fold():
    few = np.random.default_rng(0).normal(0.8, 0.05, (1, 10))
    many = np.tile(few, (100, 1))
    s = few.std(ddof=1)
    assert naive_standard_error(many) < 0.11 * naive_standard_error(few)
    assert corrected_standard_error(many) > 0.3 * s and corrected_standard_error(few) < 0.5 * s


def test_missing_runs_count_nowhere_and_the_number_of_folds_stays():
    runs = np.array([[0.8, 0.9, 0.7], [0.6, np.nan, 0.9], [np.nan] * 3])
    made = [0.8, 0.9, 0.7, 0.6, 0.9]
    error = np.std(made, ddof=1) * math.sqrt(1 / 5 + 1 / 2)
    assert corrected_standard_error(runs) == pytest.approx(error)
    wanted = scipy.stats.t.interval(0.9, 4, loc=np.mean(made), scale=error)
    np.testing.assert_allclose(corrected_interval(runs, 0.9), np.clip(wanted, 0, 1))


def test_a_planned_run_that_is_missing_is_nan_and_named_in_the_counts(two_by_two):
    kept = (two_by_two.repeat != 1) | (two_by_two.fold != 0)
    some = Predictions(*(column[kept] for column in two_by_two))
    np.testing.assert_allclose(run_accuracies(some, (3, 2)), [[1 / 2, 1], [np.nan, 1 / 3], [np.nan, np.nan]])
    found = summarise(some, 0.95, (3, 2))
    assert (found.repeats, found.folds, found.runs) == (3, 2, 3)
    assert found.mean == pytest.approx((1 / 2 + 1 + 1 / 3) / 3) and math.isnan(found.sd_over_repeats)
    assert found.sd_over_runs == pytest.approx(np.std([1 / 2, 1, 1 / 3], ddof=1))


def test_the_deviation_over_repeats_takes_whole_repeats_only(known):
    predictions = next(one.predictions for one in known.experiments() if (one.dataset, one.name) == ("faces", "FFNet"))
    kept = (predictions.repeat != 1) | (predictions.fold != 2)
    found = summarise(Predictions(*(column[kept] for column in predictions)), 0.95, (3, 4))
    means = known.scores("faces", "FFNet")[[0, 2]].mean(axis=1) / 100
    assert found.sd_over_repeats == pytest.approx(np.std(means, ddof=1)) and found.runs == 11


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
