import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from ffnet.results.statistics.clustered import clustered_interval


def answers_of(counts):
    """(right, subject) of people with so many tests and so many of them right."""
    right = [k < correct for tests, correct in counts for k in range(tests)]
    subject = [f"s{i}" for i, (tests, _) in enumerate(counts) for _ in range(tests)]
    return np.array(right), np.array(subject)


def test_with_as_many_answers_of_everybody_it_is_students_interval_of_their_shares():
    right, subject = answers_of([(4, 2), (4, 4), (4, 1), (4, 3)])
    shares = np.array([2, 4, 1, 3]) / 4
    expected = scipy.stats.ttest_1samp(shares, 0).confidence_interval(0.8)
    np.testing.assert_allclose(clustered_interval(right, subject, 0.8), expected)


def test_people_with_more_tests_count_for_more():
    """Tests 2, 2, 4, right 1, 2, 2: p 5/8, residuals -1/4, 3/4, -1/2, s.e. sqrt(3/2 * 7/8) / 8, t 0.81650."""
    low, high = clustered_interval(*answers_of([(2, 1), (2, 2), (4, 2)]), 0.5)
    assert (low + high) / 2 == pytest.approx(5 / 8)
    assert (high - low) / 2 == pytest.approx(0.8164966 * math.sqrt(21) / 32)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), min_size=2, max_size=6), st.integers(2, 4))
def test_more_repeats_of_the_same_answers_say_nothing_new_and_the_order_does_not_count(counts, times):
    right, subject = answers_of([(tests, min(tests, correct)) for tests, correct in counts])
    once = clustered_interval(right, subject, 0.95)
    order = np.random.default_rng(0).permutation(times * len(right))
    again = clustered_interval(np.tile(right, times)[order], np.tile(subject, times)[order], 0.95)
    np.testing.assert_allclose(again, once, atol=1e-12)
    assert math.isnan(once[0]) or 0 <= once[0] <= right.mean() <= once[1] <= 1


@pytest.mark.parametrize("counts", [[(5, 3)], [(2, 1), (4, 2)], [(3, 3), (2, 2)]])
def test_one_person_or_equal_shares_say_nothing_about_the_spread(counts):
    assert all(map(math.isnan, clustered_interval(*answers_of(counts), 0.95)))
