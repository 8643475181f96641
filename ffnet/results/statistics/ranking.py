"""Several settings of one experiment, ranked by how well they do on the same people."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ffnet.results.predictions import Predictions, predicted_labels
from ffnet.results.statistics.accuracy import interval, naive_interval, naive_standard_error
from ffnet.training.validation import scores_of


class Ranked(NamedTuple):
    """One of several settings. number: its place among those given. accuracy: mean over people of the share of their
    scans classified correctly, with low and high, the ends of an interval over people. below: the best one's accuracy
    minus this one's, person by person, with its interval. loss: mean cross-entropy of all scans. Shares of 1, NaN for
    an interval that does not exist."""

    number: int
    accuracy: float
    low: float
    high: float
    below: float
    below_low: float
    below_high: float
    loss: float


def rank(tested: Sequence[Predictions], confidence: float) -> list[Ranked]:
    """The Ranked of all settings, the best first: by accuracy; of equal ones by loss, then the first.

    tested: of each setting its predictions, of the same scans. confidence: of the intervals, which take people as
    independent and their number less one as degrees of freedom.
    """
    shares = [subject_accuracies(one) for one in tested]
    losses = [cross_entropy(one) for one in tested]
    order = sorted(range(len(tested)), key=lambda number: (-round(shares[number].mean(), 9), losses[number], number))
    best, ranked = shares[order[0]], []
    for number in order:
        low, high = naive_interval(shares[number][None], confidence)
        difference = (best - shares[number])[None]
        reach = interval(difference, naive_standard_error(difference), confidence)
        ranked.append(Ranked(number, shares[number].mean(), low, high, difference.mean(), *reach, losses[number]))
    return ranked


def subject_accuracies(predictions: Predictions) -> np.ndarray:
    """(people,) the share of correctly classified scans of each person, sorted by name."""
    _, number = np.unique(predictions.subject, return_inverse=True)
    return np.bincount(number, predicted_labels(predictions) == predictions.label) / np.bincount(number)


def cross_entropy(predictions: Predictions) -> float:
    """The mean over all scans of minus the logarithm of the label's probability."""
    return scores_of(predictions.probabilities, predictions.label).loss
