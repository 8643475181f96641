"""What was taken for what, and how well each class is recognised."""

from typing import NamedTuple

import numpy as np

from ffnet.results.predictions import Predictions, predicted_labels


class ClassScores(NamedTuple):
    """(classes,) float shares each. NaN: recall of a class that no scan shows, precision of one never predicted."""

    recall: np.ndarray
    precision: np.ndarray
    f1: np.ndarray


def confusion_counts(predictions: Predictions) -> np.ndarray:
    """(classes, classes) int: row = true, column = predicted, every scan counted once per repeat."""
    size = predictions.probabilities.shape[1]
    cell = predictions.label * size + predicted_labels(predictions)
    return np.bincount(cell, minlength=size * size).reshape(size, size)


def confusion_percent(predictions: Predictions) -> np.ndarray:
    """(classes, classes) float, percent: row = true class, column = predicted, each row adds up to 100.

    Over all repeats; where they test the same scans it is also the mean of the repeats' matrices (paper, Fig. 4).
    NaN in the row of a class that no scan shows.
    """
    counts = confusion_counts(predictions)
    return 100 * _shares(counts, counts.sum(axis=1, keepdims=True))


def class_scores(counts: np.ndarray) -> ClassScores:
    """The ClassScores of confusion_counts.

    recall = TP / (TP + FN), precision = TP / (TP + FP), F1 = 2 TP / (2 TP + FP + FN), each from the counts of all runs
    together: the way of averaging F1 over folds without bias, G. Forman and M. Scholz, "Apples-to-apples in
    cross-validation studies", SIGKDD Explorations 12, 2010.
    """
    right, shown, named = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    return ClassScores(_shares(right, shown), _shares(right, named), _shares(2 * right, shown + named))


def _shares(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
