"""Watching a training on scans of subjects that it does not see."""

from typing import NamedTuple

import numpy as np

TINY = np.finfo(np.float64).tiny  # in place of a probability that has become 0


class Scores(NamedTuple):
    """Mean cross-entropy and accuracy of some scans, names as in an epoch's row of a Record."""

    validation_loss: float
    validation_accuracy: float


def validation_scores(probabilities: np.ndarray, labels: np.ndarray) -> Scores:
    """The Scores of predictions. probabilities: (n, classes). labels: (n,) int."""
    of_label = np.maximum(probabilities[np.arange(len(labels)), labels], TINY)
    accuracy = (probabilities.argmax(axis=1) == labels).mean()
    return Scores(float(-np.log(of_label).mean()), float(accuracy))


def is_better(one: Scores, other: Scores) -> bool:
    """Whether one epoch is kept in place of an earlier one: more scans correct, or as many with a smaller loss."""
    return (one.validation_accuracy, -one.validation_loss) > (other.validation_accuracy, -other.validation_loss)
