"""Watching a training on scans of subjects that it does not see: of the validation part, and of the test half."""

from typing import NamedTuple

import numpy as np

VALIDATION, TEST = "validation", "test"  # parts of a run; loss and accuracy on one are PART_loss and PART_accuracy
TINY = np.finfo(np.float64).tiny  # in place of a probability that has become 0


class Scores(NamedTuple):
    """Mean cross-entropy and accuracy of some scans."""

    loss: float
    accuracy: float


def scores_of(probabilities: np.ndarray, labels: np.ndarray) -> Scores:
    """The Scores of predictions. probabilities: (n, classes). labels: (n,) int."""
    of_label = np.maximum(probabilities[np.arange(len(labels)), labels], TINY)
    accuracy = (probabilities.argmax(axis=1) == labels).mean()
    return Scores(float(-np.log(of_label).mean()), float(accuracy))


def is_better(one: Scores, other: Scores) -> bool:
    """Whether one epoch is kept in place of an earlier one: more scans correct, or as many with a smaller loss."""
    return (one.accuracy, -one.loss) > (other.accuracy, -other.loss)
