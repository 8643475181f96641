import math

import numpy as np
import pytest
import scipy.stats

from ffnet.errors import InputError
from ffnet.results.predictions import take
from ffnet.results.statistics.paired import (
    bootstrap_interval,
    common_runs,
    compare_pair,
    corrected_t_test,
    holm,
    subject_test,
)

FIRST = np.array([[0.80, 0.90, 0.85, 0.95, 0.75], [0.85, 0.85, 0.90, 0.80, 0.85]])
SECOND = np.array([[0.75, 0.85, 0.85, 0.85, 0.75], [0.75, 0.85, 0.85, 0.80, 0.85]])


@pytest.fixture
def demo(known):
    """Predictions of ridge and FFNet-M, two repeats of four folds of the same scans each."""
    return [one.predictions for one in known.experiments()[:2]]


def test_corrected_t_test_by_hand_for_two_repeats_of_five_folds():
    # differences .05 .05 0 .1 0 .1 0 .05 0 0: mean .035, sum of squares .0275 - 10 * .035^2 = .01525, variance / 9
    found = corrected_t_test(FIRST, SECOND, 0.95)
    error = math.sqrt(0.01525 / 9 * (1 / 10 + 1 / 4))
    assert found.runs == 10 and found.difference == pytest.approx(0.035)
    assert found.t == pytest.approx(0.035 / error) and found.d == pytest.approx(0.035 / math.sqrt(0.01525 / 9))
    assert found.p == pytest.approx(2 * scipy.stats.t.sf(0.035 / error, 9))
    np.testing.assert_allclose((found.low, found.high), scipy.stats.t.interval(0.95, 9, loc=0.035, scale=error))


def test_without_the_correction_it_is_scipys_paired_t_test():
    plain = scipy.stats.ttest_rel(FIRST.ravel(), SECOND.ravel())
    found = corrected_t_test(FIRST, SECOND, 0.95)
    assert found.t == pytest.approx(plain.statistic / math.sqrt(1 + 10 / 4)) and found.p > plain.pvalue
    np.testing.assert_allclose((found.naive_low, found.naive_high), plain.confidence_interval(0.95))


def test_the_papers_protocol_makes_t_smaller_by_the_square_root_of_112():
    random = np.random.default_rng(1)
    first, second = random.normal(0.9, 0.04, (100, 10)), random.normal(0.89, 0.04, (100, 10))
    plain = scipy.stats.ttest_rel(first.ravel(), second.ravel()).statistic
    assert plain / corrected_t_test(first, second, 0.95).t == pytest.approx(math.sqrt(1 + 1000 / 9))


def test_exchanging_the_two_turns_every_sign():
    one, other = corrected_t_test(FIRST, SECOND, 0.9), corrected_t_test(SECOND, FIRST, 0.9)
    assert (one.difference, one.t, one.d, one.p) == (-other.difference, -other.t, -other.d, other.p)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_intervals_of_differences_stay_within_minus_1_and_1():
    found = corrected_t_test(np.array([[1.0, 0.2, 1.0]]), np.array([[0.0, 0.1, 0.1]]), 0.95)
    assert found.high == 1 and -1 <= found.low < 0
    found = corrected_t_test(np.array([[0.0, 0.1, 0.1]]), np.array([[1.0, 0.2, 1.0]]), 0.95)
    assert found.low == -1 and 0 < found.high <= 1
    wide = corrected_t_test(np.array([[1.0, -0.9]]), np.array([[0.0, 0.0]]), 0.99)
    assert (wide.low, wide.high, wide.naive_low, wide.naive_high) == (-1, 1, -1, 1)


def test_runs_that_only_one_has_count_nowhere():
    first, second = FIRST.copy(), SECOND.copy()
    first[1, 0], second[0, 3] = np.nan, np.nan
    found = corrected_t_test(first, second, 0.95)
    made = np.array([0.05, 0.05, 0, 0, 0, 0.05, 0, 0])
    assert found.runs == 8 and found.difference == pytest.approx(made.mean())
    assert found.t == pytest.approx(made.mean() / (made.std(ddof=1) * math.sqrt(1 / 8 + 1 / 4)))


@pytest.mark.parametrize("second", [FIRST, FIRST - 0.5, FIRST + 1 / 3])
def test_equal_differences_say_nothing_about_their_spread_whatever_the_rounding(second):
    found = corrected_t_test(FIRST, second, 0.95)
    assert found.difference == pytest.approx((FIRST - second)[0, 0])
    assert np.isnan([found.low, found.high, found.naive_low, found.naive_high, found.t, found.p, found.d]).all()


def test_one_run_or_one_fold_says_nothing_about_the_spread():
    found = corrected_t_test(FIRST[:1, :1], SECOND[:1, :1], 0.95)
    assert found.runs == 1 and np.isnan([found.low, found.high, found.t, found.p, found.d]).all()
    found = corrected_t_test(FIRST.reshape(10, 1), SECOND.reshape(10, 1), 0.95)
    assert np.isnan([found.low, found.high, found.t, found.p]).all()


def by_subject(differences, agreed=2):
    """subject_test where subject i alone has differences[i] more tests of the first classified correctly."""
    first, second, subject = [], [], []
    for i, difference in enumerate(differences):
        size = abs(difference)
        first += [difference > 0] * size + [True] * agreed
        second += [difference < 0] * size + [True] * agreed
        subject += [f"s{i}"] * (size + agreed)
    order = np.random.default_rng(0).permutation(len(subject))
    return subject_test(*(np.array(column)[order] for column in (first, second, subject)), 0.95)


@pytest.mark.parametrize("only", [(0, 0), (1, 0), (3, 9), (9, 3), (10, 10), (0, 7), (50, 81)])
def test_with_one_test_of_each_subject_it_is_mcnemars_exact_test(only):
    found = by_subject([1] * only[0] + [-1] * only[1] + [0] * 4)
    assert (found.first_only, found.second_only) == only
    n = sum(only)
    assert found.p == pytest.approx(scipy.stats.binomtest(only[0], n, 0.5).pvalue if n else 1)
    assert found.g == pytest.approx(only[0] / n - 0.5) if n else math.isnan(found.g)


def test_the_test_on_subjects_by_hand():
    # 3 and 1: sums 4, 2, -2, -4 are equally probable; 4 is reached by 2 of 4. With 6 and 2 the same
    assert by_subject([3, 1]).p == by_subject([6, 2]).p == 0.5
    # 2, 2 and -1: sums 5 3 1 -1 1 -1 -3 -5; 3 is reached by 4 of 8
    found = by_subject([2, 2, -1])
    assert found.p == 0.5 and found.g == pytest.approx(4 / 5 - 1 / 2)


def test_many_tests_of_one_subject_show_nothing():
    assert by_subject([500]).p == 1 and by_subject([500, 400]).p == 0.5


def test_a_subject_counts_by_the_difference_of_its_tests():
    first = np.array([1, 1, 0, 0, 1, 1], bool)
    second = np.array([0, 0, 1, 0, 0, 1], bool)
    found = subject_test(first, second, np.array(list("aaabbb")), 0.95)
    assert (found.first_only, found.second_only, found.p) == (3, 1, 0.5)  # a: 2 - 1, b: 1


def test_people_who_are_tested_in_some_repeats_only_count_by_what_was_tested_of_them():
    """As where each repeat draws its own people: s3 is tested in one repeat of two, s4 in the other."""
    random = np.random.default_rng(3)
    subject = np.repeat(["s0", "s1", "s2", "s3", "s0", "s1", "s2", "s4"], 6)
    first, second = (random.random(len(subject)) < share for share in (0.9, 0.6))
    differences = np.array(
        [(first & of).sum() - (second & of).sum() for of in (subject == n for n in np.unique(subject))]
    )
    signs = np.array(np.meshgrid(*[[-1, 1]] * 5)).reshape(5, -1)
    reached = np.abs(differences @ signs) >= abs(differences.sum())
    found, tests = subject_test(first, second, subject, 0.95), np.array([12, 12, 12, 6, 6])
    assert len(differences) == 5 and found.p == pytest.approx(reached.mean())
    draws = np.random.default_rng(1).integers(5, size=(20_000, 5))
    shares = differences[draws].sum(axis=1) / tests[draws].sum(axis=1)
    assert [found.low, found.high] == pytest.approx(np.quantile(shares, [0.025, 0.975]), abs=0.01)


@pytest.mark.parametrize("differences", [[3, -1, 4, 1, -5, 9, 2, 6], [2, 2, 2, -2, 4, 0, 0], [-7, 1, 1, 1, 1]])
def test_it_is_scipys_test_of_all_exchanges_of_signs(differences):
    values = np.array(differences, float)
    exact = scipy.stats.permutation_test(
        (values, np.zeros(len(values))), lambda a, b, axis: (a - b).sum(axis), permutation_type="samples"
    )
    assert by_subject(differences).p == pytest.approx(exact.pvalue) and by_subject(-values.astype(int)).p == (
        by_subject(differences).p
    )


def test_with_many_subjects_it_comes_near_durkalskis_chi_square():
    differences = np.random.default_rng(5).integers(-8, 11, 200)
    chi_square = differences.sum() ** 2 / (differences**2).sum()
    assert by_subject(differences).p == pytest.approx(scipy.stats.chi2.sf(chi_square, 1), rel=0.05)


def test_holm_by_hand():
    # sorted .005 .01 .03 .04 times 4 3 2 1: .02 .03 .06 .04, never falling: .02 .03 .06 .06
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])


def test_holm_leaves_out_what_could_not_be_tested_and_stops_at_one():
    np.testing.assert_allclose(holm([0.6, np.nan, 0.02, 0.7]), [1, np.nan, 0.06, 1])
    assert holm([]).tolist() == [] and holm([0.3]).tolist() == [0.3]


def test_holm_lies_between_no_correction_and_bonferronis():
    values = np.random.default_rng(2).random(30) ** 4
    found = holm(values)
    assert (found >= values).all() and (found <= np.minimum(values * 30, 1)).all()
    assert (np.diff(found[np.argsort(values)]) >= 0).all()


def test_only_common_runs_are_compared_row_by_row(demo):
    first, second = demo
    kept = (first.repeat == 1) | (first.fold != 2)
    a, b = common_runs(take(first, kept), take(second, second.repeat == 0))
    assert set(a.repeat.tolist()) == {0} and set(a.fold.tolist()) == {0, 1, 3}
    assert a.scan.tolist() == b.scan.tolist()


def test_both_tests_are_made_on_the_common_runs(demo):
    first, second = demo
    some = take(first, (first.repeat == 1) | (first.fold != 2))
    found = compare_pair(some, second, (2, 4), 0.95)
    same = compare_pair(some, take(second, (second.repeat == 1) | (second.fold != 2)), (2, 4), 0.95)
    assert found == same and found.test.runs == 7
    assert found.by_subject != compare_pair(first, second, (2, 4), 0.95).by_subject


def test_predictions_that_cannot_be_paired_say_why(demo):
    first, second = demo
    with pytest.raises(InputError, match="no run in common"):
        common_runs(take(first, first.repeat == 0), take(second, second.repeat == 1))
    with pytest.raises(InputError, match="did not test the same scans: the column scan differs"):
        common_runs(first, second._replace(scan=np.roll(second.scan, 1)))
    with pytest.raises(InputError, match="the column label differs"):
        common_runs(first, second._replace(label=np.roll(second.label, 1)))
    with pytest.raises(InputError, match="the column repeat differs"):
        common_runs(first, take(second, np.arange(len(second.scan)) != 3))


def test_the_bootstrap_draws_people_and_not_tests():
    """Of two people, both draws are the same one with probability 1/4 each: the ends are the two people's own."""
    assert bootstrap_interval(np.array([3, -1]), np.array([6, 2]), 0.95) == (-0.5, 0.5)
    assert bootstrap_interval(np.array([3, 1]), np.array([6, 2]), 0.95) == (0.5, 0.5)
    assert np.isnan(bootstrap_interval(np.array([3]), np.array([6]), 0.95)).all()


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_the_bootstrap_is_scipys(confidence):
    differences = np.random.default_rng(4).integers(-3, 6, 40)
    other = scipy.stats.bootstrap(
        (differences / 12,), np.mean, confidence_level=confidence, method="percentile", n_resamples=20_000, rng=1
    ).confidence_interval
    found = bootstrap_interval(differences, np.full(40, 12), confidence)
    np.testing.assert_allclose(found, other, atol=0.004)


def test_people_with_more_tests_weigh_more_in_the_bootstrap():
    """Their share of all tests is drawn with them: one person has nearly all of them."""
    low, high = bootstrap_interval(np.array([90, 0, 0, 0]), np.array([100, 1, 1, 1]), 0.9)
    assert low == 0 and high == pytest.approx(0.9, abs=0.02)


def test_exchanging_the_two_turns_the_bootstrap_and_a_pair_has_it(demo):
    differences, tests = np.array([4, 0, -1, 2, 3]), np.array([6, 6, 6, 6, 6])
    low, high = bootstrap_interval(differences, tests, 0.9)
    assert bootstrap_interval(-differences, tests, 0.9) == (pytest.approx(-high), pytest.approx(-low))
    pair = compare_pair(*demo, (2, 4), 0.95)
    assert pair.by_subject.low <= pair.test.difference <= pair.by_subject.high
