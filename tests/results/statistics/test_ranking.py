import numpy as np
import pytest
import scipy.stats

from ffnet.results.predictions import Predictions
from ffnet.results.statistics.ranking import cross_entropy, rank, subject_accuracies


def people_tested(*people, sure=0.9):
    """Predictions of two classes: for each person, how many of four scans are correct."""
    subject = np.repeat([f"s{number}" for number in range(len(people))], 4)
    right = np.concatenate([np.arange(4) < count for count in people])
    probabilities = np.where(right[:, None], (sure, 1 - sure), (1 - sure, sure))
    zeros = np.zeros(len(subject), np.int64)
    return Predictions(zeros, zeros, np.arange(len(subject)).astype(str), subject, zeros, probabilities)


def test_settings_are_ranked_by_the_mean_over_people_with_students_interval_over_people():
    counts = [(1, 2, 3, 2), (4, 3, 4, 2), (2, 2, 4, 2)]
    found = rank([people_tested(*of) for of in counts], 0.95)
    assert [one.number for one in found] == [1, 2, 0]
    for one in found:
        shares = np.array(counts[one.number]) / 4
        low, high = scipy.stats.t.interval(0.95, 3, shares.mean(), scipy.stats.sem(shares))
        assert (one.accuracy, one.low, one.high) == pytest.approx((shares.mean(), max(low, 0), min(high, 1)))


def test_the_difference_from_the_best_is_taken_person_by_person():
    best, other = (4, 3, 4, 2), (3, 2, 2, 2)
    found = rank([people_tested(*other), people_tested(*best)], 0.9)[1]
    paired = (np.array(best) - np.array(other)) / 4
    low, high = scipy.stats.t.interval(0.9, 3, paired.mean(), scipy.stats.sem(paired))
    assert (found.below, found.below_low, found.below_high) == pytest.approx((paired.mean(), low, high))
    first = rank([people_tested(*other), people_tested(*best)], 0.9)[0]
    assert first.below == 0 and np.isnan(first.below_low)


def test_of_equal_accuracies_the_smaller_loss_is_first_and_of_equal_losses_the_earlier():
    right, unsure = people_tested(3, 1, sure=0.9), people_tested(3, 1, sure=0.6)
    assert [one.number for one in rank([right, unsure, unsure], 0.95)] == [1, 2, 0]


def test_people_count_alike_whatever_the_number_of_their_scans():
    one = people_tested(4, 0)
    fewer = Predictions(*(column[:6] for column in one))
    assert subject_accuracies(fewer).tolist() == [1.0, 0.0]


def test_the_loss_is_the_mean_cross_entropy_and_finite_for_a_probability_of_0():
    assert cross_entropy(people_tested(2)) == pytest.approx(-(np.log(0.9) + np.log(0.1)) / 2)
    assert np.isfinite(cross_entropy(people_tested(2, sure=1.0)))
