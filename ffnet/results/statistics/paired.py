"""Two experiments on the same splits: how much they differ, and whether that is more than chance.

Differences are first minus second, shares of 1.
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.results.predictions import Predictions, predicted_labels, run_codes, take
from ffnet.results.statistics.accuracy import (
    all_equal,
    corrected_standard_error,
    interval,
    naive_standard_error,
    run_accuracies,
)


class CorrectedTest(NamedTuple):
    """corrected_t_test of paired runs. p: two-sided. All but runs and difference are NaN where nothing can be said."""

    runs: int
    difference: float
    low: float
    high: float
    naive_low: float
    naive_high: float
    t: float
    p: float
    d: float


class SubjectTest(NamedTuple):
    """subject_test. first_only, second_only: tests that only this one classifies correctly. g: NaN without any. low,
    high: see bootstrap_interval."""

    first_only: int
    second_only: int
    p: float
    g: float
    low: float
    high: float


RESAMPLES = 10_000  # of the bootstrap


class Pair(NamedTuple):
    """Two sets of predictions compared on the runs that both have: test by runs, and by subjects."""

    test: CorrectedTest
    by_subject: SubjectTest


def corrected_t_test(first: np.ndarray, second: np.ndarray, confidence: float) -> CorrectedTest:
    """The corrected resampled t-test of two experiments' run accuracies (T, K), NaN where a run was not made.

    t = mean difference / (s * sqrt(1 / (T K) + 1 / (K - 1))) with T * K - 1 degrees of freedom, s the standard
    deviation of the runs' differences: C. Nadeau and Y. Bengio, Machine Learning 52, 2003, section 3; for repeated
    cross-validation R. R. Bouckaert and E. Frank, PAKDD 2004. d = mean difference / s is Cohen's d of paired values
    (d_z): J. Cohen, Statistical Power Analysis, 1988, section 2.3.5; D. Lakens, Frontiers in Psychology 4:863, 2013. It
    counts in deviations between runs, not between people. Intervals are cut to [-1, 1].
    """
    from scipy.special import stdtr

    differences = first - second
    made = differences[np.isfinite(differences)]
    spread = not all_equal(made)
    error = corrected_standard_error(differences) if spread else np.nan
    t = made.mean() / error
    low, high = np.clip(interval(differences, error, confidence), -1, 1)
    naive_low, naive_high = np.clip(interval(differences, naive_standard_error(differences), confidence), -1, 1)
    return CorrectedTest(
        runs=len(made),
        difference=made.mean(),
        low=low,
        high=high,
        naive_low=naive_low,
        naive_high=naive_high,
        t=t,
        p=2 * stdtr(max(len(made) - 1, 1), -abs(t)),
        d=made.mean() / made.std(ddof=1) if spread else np.nan,
    )


def subject_test(
    first_right: np.ndarray, second_right: np.ndarray, subject: np.ndarray, confidence: float
) -> SubjectTest:
    """An exact test on subjects, of whom each was tested several times. Arguments: (n,) bool, whether a test was
    classified correctly, and (n,) the subject of each test.

    Tests of one person are not independent, so the person is the unit, as in the clustered McNemar test of V. L.
    Durkalski, Y. Y. Palesch, S. R. Lipsitz and P. F. Rust, Statistics in Medicine 22, 2003. Of each person counts how
    many tests the first alone classifies correctly minus how many the second alone does. If neither is better, each of
    these differences has either sign with equal probability: the two-sided p-value is the share of all choices of signs
    whose sum is at least as far from 0 as the sum found (R. A. Fisher, The Design of Experiments, 1935, section 21),
    and with one test of each person McNemar's exact test. g = share of the first in the tests that only one classifies
    correctly, minus 1/2, is Cohen's g with a sign (J. Cohen, 1988, chapter 5). It takes the training sets as given:
    what another draw of them would change it cannot see.
    """
    first_only, second_only = first_right & ~second_right, second_right & ~first_right
    _, number = np.unique(subject, return_inverse=True)
    differences = (np.bincount(number, first_only) - np.bincount(number, second_only)).astype(int)
    sizes = np.abs(differences[differences != 0])
    unit = np.gcd.reduce(sizes, initial=0) or 1
    chances = np.ones(1)  # of every sum of signed sizes, from the least to the greatest, in steps of two units
    for size in sizes // unit:
        chances = (np.pad(chances, (0, size)) + np.pad(chances, (size, 0))) / 2
    sums = 2 * np.arange(len(chances)) - (len(chances) - 1)
    p = chances[np.abs(sums) >= abs(differences.sum() // unit)].sum()
    only = int(first_only.sum()), int(second_only.sum())
    ends = bootstrap_interval(differences, np.bincount(number), confidence)
    return SubjectTest(*only, min(1.0, p), only[0] / sum(only) - 0.5 if sum(only) else np.nan, *ends)


def bootstrap_interval(differences: np.ndarray, tests: np.ndarray, confidence: float) -> tuple[float, float]:
    """(low, high) of the difference in the share of correct tests, where people are the sample.

    differences: (m,) tests that the first alone classifies correctly minus those of the second alone, of each person.
    tests: (m,) how many tests there are of each. People are drawn with replacement, RESAMPLES times, and the ends are
    percentiles: B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3. The draws are
    always the same. It takes the training as given, as subject_test does. NaN for one person.
    """
    if len(tests) < 2:
        return np.nan, np.nan
    drawn = _resamples(len(tests))
    shares = (drawn @ differences) / (drawn @ tests)
    low, high = np.quantile(shares, ((1 - confidence) / 2, (1 + confidence) / 2))
    return float(low), float(high)


@functools.cache
def _resamples(people: int) -> np.ndarray:
    """How often each person is drawn, (RESAMPLES, people) float."""
    return np.random.default_rng(0).multinomial(people, np.full(people, 1 / people), RESAMPLES).astype(float)


def holm(values: Sequence[float] | np.ndarray) -> np.ndarray:
    """p-values of a family of tests, corrected by S. Holm, Scandinavian Journal of Statistics 6, 1979.

    (n,) float, NaN for tests that could not be made, which are not counted. The k-th smallest of m times m - k + 1, at
    least as much as the ones before it, at most 1.
    """
    values = np.asarray(values, float)
    order = np.argsort(values)[: np.isfinite(values).sum()]
    corrected = np.full(len(values), np.nan)
    factors = len(order) - np.arange(len(order))
    corrected[order] = np.minimum(np.maximum.accumulate(values[order] * factors), 1)
    return corrected


def compare_pair(first: Predictions, second: Predictions, planned: tuple[int, int], confidence: float) -> Pair:
    """The Pair of two Predictions on their common runs. planned: (repeats, folds), at least those of either.

    Raises InputError with the reason where they cannot be paired: no common run, or other scans in one.
    """
    first, second = common_runs(first, second)
    a, b = run_accuracies(first, planned), run_accuracies(second, planned)
    first_right, second_right = (predicted_labels(one) == one.label for one in (first, second))
    return Pair(corrected_t_test(a, b, confidence), subject_test(first_right, second_right, first.subject, confidence))


def common_runs(first: Predictions, second: Predictions) -> tuple[Predictions, Predictions]:
    """Two Predictions cut to the runs that both have, so that row i of both is the same scan in the same run.

    Raises InputError where there is no such run, or where one tested other scans in it.
    """
    runs = run_codes(first), run_codes(second)
    if not np.array_equal(*runs):
        both = np.intersect1d(*runs)
        if not len(both):
            raise InputError("they have no run in common")
        first, second = (take(one, np.isin(codes, both)) for one, codes in zip((first, second), runs, strict=True))
    for column in ("repeat", "fold", "scan", "subject", "label"):
        if not np.array_equal(getattr(first, column), getattr(second, column)):
            raise InputError(f"their runs did not test the same scans: the column {column} differs")
    return first, second
