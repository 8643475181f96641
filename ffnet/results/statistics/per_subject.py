"""Whose expressions are recognised, and whose are not."""

from typing import NamedTuple

import numpy as np

from ffnet.results.predictions import Predictions, predicted_labels


class SubjectAccuracy(NamedTuple):
    """scans: how many of the subject were tested. tests: how often, over all repeats. accuracy: share of the tests."""

    subject: str
    scans: int
    tests: int
    accuracy: float


def subject_accuracies(predictions: Predictions) -> list[SubjectAccuracy]:
    """A list of SubjectAccuracy, the hardest subject first, by name where they are equal."""
    names, subject = np.unique(predictions.subject, return_inverse=True)
    right = np.bincount(subject, predicted_labels(predictions) == predictions.label)
    tests = np.bincount(subject)
    own = np.bincount(subject[np.unique(predictions.scan, return_index=True)[1]])
    columns = names.tolist(), own.tolist(), tests.tolist(), right / tests
    rows = [SubjectAccuracy(*row) for row in zip(*columns, strict=True)]
    return sorted(rows, key=lambda row: (row.accuracy, row.subject))
