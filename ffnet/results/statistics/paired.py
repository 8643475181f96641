"""Two experiments on the same splits: how much they differ, and whether that is more than chance.

Differences are first minus second, shares of 1.
"""

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


class McNemar(NamedTuple):
    """mcnemar_exact. first_only, second_only: scans that only this one classifies correctly. g: NaN without any."""

    first_only: int
    second_only: int
    p: float
    g: float


class Pair(NamedTuple):
    """Two sets of predictions compared. repeat: of McNemar's test; it and mcnemar are None where none is whole."""

    test: CorrectedTest
    repeat: int | None
    mcnemar: McNemar | None


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


def mcnemar_exact(first_right: np.ndarray, second_right: np.ndarray) -> McNemar:
    """McNemar's exact test on the same scans, each tested once. Arguments: (n,) bool, whether a scan was classified
    correctly.

    Of the scans that one alone classifies correctly, half should fall to each: two-sided binomial, Q. McNemar,
    Psychometrika 12, 1947; for classifiers T. G. Dietterich, Neural Computation 10, 1998. g = share of the first - 1/2
    is Cohen's g with a sign (J. Cohen, 1988, chapter 5). It takes the training sets as given: what another draw of them
    would change it cannot see.
    """
    from scipy.special import bdtr

    first_only = int((first_right & ~second_right).sum())
    second_only = int((second_right & ~first_right).sum())
    n = first_only + second_only
    p = min(1.0, 2 * bdtr(min(first_only, second_only), n, 0.5))
    return McNemar(first_only, second_only, p, first_only / n - 0.5 if n else np.nan)


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
    whole = np.flatnonzero(np.isfinite(a).all(axis=1))
    repeat, mcnemar = None, None
    if len(whole):
        repeat = int(whole[0])
        tested = [take(one, one.repeat == repeat) for one in (first, second)]
        mcnemar = mcnemar_exact(*(predicted_labels(one) == one.label for one in tested))
    return Pair(corrected_t_test(a, b, confidence), repeat, mcnemar)


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
