"""Accuracy over repeated cross-validation, and its confidence interval.

A run is one fold of one repeat. With T repeats of K folds, the accuracy of an experiment is the mean of the accuracies
of its T * K runs (paper, section 3.1: "the average accuracy of 100 times of 10-fold cross-validation"). Where folds
differ in size, this is not the share of all scans: each run counts the same. A run that was not made is NaN, counts
nowhere, and T * K is then the number of runs that were.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.results.predictions import Predictions, predicted_labels

ROUNDING = 1e-9  # shares of scans that differ at all differ by far more


class Accuracy(NamedTuple):
    """What one experiment reached on one dataset; accuracies are shares of 1, NaN where too few runs were made.

    repeats, folds: planned; runs: made, repeats * folds of them once all are. sd_over_runs: standard deviation
    (n - 1) of the runs. sd_over_repeats: of the whole repeats, each the mean of its folds. low, high: the corrected
    interval (corrected_interval). naive_low, naive_high: naive_interval. left_out: scans of the tested subjects that
    no run tested. mean_of_expected: mean with these counted as wrong. Both are NaN where it is not known how many scans
    the subjects have.
    """

    subjects: int
    scans: int
    repeats: int
    folds: int
    runs: int
    mean: float
    sd_over_runs: float
    sd_over_repeats: float
    low: float
    high: float
    naive_low: float
    naive_high: float
    left_out: float
    mean_of_expected: float


def summarise(
    predictions: Predictions,
    confidence: float,
    planned: tuple[int, int] | None = None,
    expected: Mapping[str, int] | None = None,
) -> Accuracy:
    """The Accuracy of Predictions.

    confidence: of the intervals, for example 0.95. planned: see run_accuracies. expected: subject -> how many scans it
    has, with those that were left out.
    """
    runs = run_accuracies(predictions, planned)
    subjects, scans = (set(column.tolist()) for column in (predictions.subject, predictions.scan))
    left_out, mean_of_expected = np.nan, np.nan
    if expected:
        left_out = sum(expected[subject] for subject in subjects) - len(scans)
        mean_of_expected = np.nanmean(runs * tested_shares(predictions, runs.shape, expected))
    made = runs[np.isfinite(runs)]
    whole = runs[np.isfinite(runs).all(axis=1)]
    return Accuracy(
        subjects=len(subjects),
        scans=len(scans),
        repeats=runs.shape[0],
        folds=runs.shape[1],
        runs=len(made),
        mean=made.mean(),
        sd_over_runs=_deviation(made),
        sd_over_repeats=_deviation(whole.mean(axis=1)),
        **dict(zip(("low", "high"), corrected_interval(runs, confidence), strict=True)),
        **dict(zip(("naive_low", "naive_high"), naive_interval(runs, confidence), strict=True)),
        left_out=left_out,
        mean_of_expected=mean_of_expected,
    )


def run_accuracies(predictions: Predictions, planned: tuple[int, int] | None = None) -> np.ndarray:
    """(T, K) float, the share of correctly classified scans in each run: repeats down, folds across.

    planned: (T, K) of the configuration; runs that were not made are NaN. Without it T and K are those of the last run
    and InputError is raised if one is missing: the mean of those that exist would be another number.
    """
    shape = planned or (predictions.repeat.max() + 1, predictions.fold.max() + 1)
    cell = predictions.repeat * shape[1] + predictions.fold
    tested = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    if planned is None and (tested == 0).any():
        i, j = np.argwhere(tested == 0)[0]
        raise InputError(f"no predictions of repeat {i}, fold {j}, though other repeats have that fold")
    right = np.bincount(cell, predicted_labels(predictions) == predictions.label, shape[0] * shape[1]).reshape(shape)
    return np.divide(right, tested, out=np.full(shape, np.nan), where=tested > 0)


def tested_shares(predictions: Predictions, planned: tuple[int, ...], expected: Mapping[str, int]) -> np.ndarray:
    """(T, K) float, in each run the share of its subjects' scans that it tested; NaN where a run was not made.

    planned: (T, K). expected: subject -> how many scans it has.
    """
    names, number = np.unique(predictions.subject, return_inverse=True)
    scans = np.array([expected[name] for name in names.tolist()])
    cell = predictions.repeat * planned[1] + predictions.fold
    runs, subjects = np.divmod(np.unique(cell * len(names) + number), len(names))
    total = np.bincount(runs, scans[subjects], planned[0] * planned[1])
    tested = np.bincount(cell, minlength=planned[0] * planned[1])
    return np.divide(tested, total, out=np.full(len(total), np.nan), where=total > 0).reshape(planned)


def most_frequent(label: np.ndarray) -> float:
    """The share of the most frequent class among labels (n,): what one reaches who always names it."""
    return np.bincount(label).max() / len(label)


def corrected_standard_error(runs: np.ndarray) -> float:
    """Standard error of the mean of runs (T, K), with the training sets' overlap taken into account.

    s * sqrt(1 / (T K) + 1 / (K - 1)), s^2 the variance (n - 1) of the T * K runs and 1 / (K - 1) the size of a test
    set over that of its training set, taken as equal folds: C. Nadeau and Y. Bengio, "Inference for the generalization
    error", Machine Learning 52, 2003; for repeated cross-validation R. R. Bouckaert and E. Frank, PAKDD 2004.
    NaN for a single run or a single fold.
    """
    made, folds = runs[np.isfinite(runs)], runs.shape[1]
    if folds == 1:
        return np.nan
    return _deviation(made) * np.sqrt(1 / len(made) + 1 / (folds - 1))


def naive_standard_error(runs: np.ndarray) -> float:
    """s / sqrt(T K): what it would be if the T * K runs (T, K) were independent, which they are not.

    Shown beside the corrected one only. NaN for a single run.
    """
    made = runs[np.isfinite(runs)]
    return _deviation(made) / np.sqrt(len(made))


def corrected_interval(runs: np.ndarray, confidence: float) -> np.ndarray:
    """(low, high) of the mean of runs (T, K) from corrected_standard_error, cut to [0, 1]; see interval."""
    return np.clip(interval(runs, corrected_standard_error(runs), confidence), 0, 1)


def naive_interval(runs: np.ndarray, confidence: float) -> np.ndarray:
    """(low, high) of the mean of runs (T, K) from naive_standard_error, cut to [0, 1]; see interval."""
    return np.clip(interval(runs, naive_standard_error(runs), confidence), 0, 1)


def interval(runs: np.ndarray, standard_error: float, confidence: float) -> tuple[float, float]:
    """(low, high) around the mean of runs (T, K): Student's t with T * K - 1 degrees of freedom.

    NaN where standard_error is, and where all runs are equal: they say nothing about the spread.
    """
    from scipy.special import stdtrit

    made = runs[np.isfinite(runs)]
    if all_equal(made):
        return np.nan, np.nan
    reach = stdtrit(len(made) - 1, (1 + confidence) / 2) * standard_error
    return made.mean() - reach, made.mean() + reach


def all_equal(shares: np.ndarray) -> bool:
    """Whether shares of scans, or differences of such, are all the same but for rounding."""
    return shares.max() - shares.min() < ROUNDING


def _deviation(values: np.ndarray) -> float:
    return values.std(ddof=1) if len(values) > 1 else np.nan
