"""Accuracy over repeated cross-validation, how far it may be trusted, and what was taken for what.

A run is one fold of one repeat. With T repeats of K folds, the accuracy of an experiment is the mean of the accuracies
of its T * K runs (paper, section 3.1: "the average accuracy of 100 times of 10-fold cross-validation"). Where folds
differ in size, this is not the share of all scans: each run counts the same.
"""

from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.results.predictions import predicted_labels


class Accuracy(NamedTuple):
    """What one experiment reached on one dataset; accuracies are shares of 1, NaN where too few runs were made.

    sd_over_runs: standard deviation (n - 1) of the T * K runs. sd_over_repeats: of the T repeats, each the mean of its
    folds. low, high: the corrected interval (corrected_interval).
    """

    subjects: int
    scans: int
    repeats: int
    folds: int
    mean: float
    sd_over_runs: float
    sd_over_repeats: float
    low: float
    high: float


def summarise(predictions, confidence):
    """The Accuracy of Predictions; confidence: of the interval, for example 0.95."""
    runs = run_accuracies(predictions)
    low, high = corrected_interval(runs, confidence)
    return Accuracy(
        subjects=len(set(predictions.subject.tolist())),
        scans=len(set(predictions.scan.tolist())),
        repeats=runs.shape[0],
        folds=runs.shape[1],
        mean=runs.mean(),
        sd_over_runs=_deviation(runs.ravel()),
        sd_over_repeats=_deviation(runs.mean(axis=1)),
        low=low,
        high=high,
    )


def run_accuracies(predictions):
    """(T, K) float, the share of rightly named scans in each run: repeats down, folds across.

    Raises InputError if a run is missing: a mean over what happens to be there would be another number.
    """
    repeats, row = np.unique(predictions.repeat, return_inverse=True)
    folds, column = np.unique(predictions.fold, return_inverse=True)
    shape = len(repeats), len(folds)
    cell = row * len(folds) + column
    tested = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    if (tested == 0).any():
        i, j = np.argwhere(tested == 0)[0]
        raise InputError(f"no predictions of repeat {repeats[i]}, fold {folds[j]}, though other repeats have that fold")
    right = predicted_labels(predictions) == predictions.label
    return np.bincount(cell, right, shape[0] * shape[1]).reshape(shape) / tested


def corrected_standard_error(runs):
    """Standard error of the mean of runs (T, K), with the training sets' overlap taken into account.

    s * sqrt(1 / (T K) + 1 / (K - 1)), s^2 the variance (n - 1) of the T * K runs and 1 / (K - 1) the size of a test
    set over that of its training set, taken as equal folds: C. Nadeau and Y. Bengio, "Inference for the generalization
    error", Machine Learning 52, 2003; for repeated cross-validation R. R. Bouckaert and E. Frank, PAKDD 2004.
    NaN for a single run or a single fold.
    """
    repeats, folds = runs.shape
    if folds == 1:
        return np.nan
    return _deviation(runs.ravel()) * np.sqrt(1 / (repeats * folds) + 1 / (folds - 1))


def corrected_interval(runs, confidence):
    """(low, high) of the mean of runs (T, K): Student's t with T * K - 1 degrees of freedom, cut to [0, 1].

    NaN where corrected_standard_error is, and where all runs are equal: they say nothing about the spread.
    """
    from scipy.special import stdtrit

    if runs.min() == runs.max():
        return np.nan, np.nan
    reach = stdtrit(runs.size - 1, (1 + confidence) / 2) * corrected_standard_error(runs)
    return np.clip(runs.mean() - reach, 0, 1), np.clip(runs.mean() + reach, 0, 1)


def confusion_percent(predictions):
    """(classes, classes) float, percent: row = true expression, column = predicted, each row adds up to 100.

    Per repeat, then averaged over repeats (paper, Fig. 4). NaN in the row of an expression that no scan shows.
    """
    size = predictions.probabilities.shape[1]
    repeats, row = np.unique(predictions.repeat, return_inverse=True)
    cell = (row * size + predictions.label) * size + predicted_labels(predictions)
    counts = np.bincount(cell, minlength=len(repeats) * size * size).reshape(len(repeats), size, size)
    totals = counts.sum(axis=2, keepdims=True)
    shares = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    return 100 * shares.mean(axis=0)


def _deviation(values):
    return values.std(ddof=1) if len(values) > 1 else np.nan
