"""Predictions of finished runs: one file per run, gathered into one file per experiment.

Everything the results show is computed from these, so no table, interval or figure needs a network to be trained.
"""

import csv
import os
import pathlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.storage import atomic_path, read_table
from ffnet.training.run_predictions import RUN_COLUMNS, parse_predictions, read_run_predictions

COLUMNS = ("repeat", "fold", *RUN_COLUMNS)


class Predictions(NamedTuple):
    """The tested scans of one experiment, one entry per scan and repeat, sorted by repeat, fold and scan.

    repeat, fold, label: (n,) int64, 0-based. scan, subject: (n,) str. probabilities: (n, classes) float64, in the
    order of labels.
    """

    repeat: np.ndarray
    fold: np.ndarray
    scan: np.ndarray
    subject: np.ndarray
    label: np.ndarray
    probabilities: np.ndarray


def predicted_labels(predictions: Predictions) -> np.ndarray:
    """(n,) int64: the most probable class of each scan; of equally probable ones the first."""
    return predictions.probabilities.argmax(axis=1)


def run_codes(predictions: Predictions) -> np.ndarray:
    """(n,) int, one number for each repeat and fold."""
    return predictions.repeat << 32 | predictions.fold


def take(predictions: Predictions, chosen: np.ndarray) -> Predictions:
    """The Predictions of some entries, a boolean array (n,) or indices."""
    return Predictions(*(column[chosen] for column in predictions))


def gather_runs(paths: Iterable[str | os.PathLike], classes: Sequence[str] = EXPRESSIONS) -> Predictions:
    """The Predictions of one experiment from its run files, .../{repeat}/{fold}.csv each. classes: names by label.

    Raises InputError as read_run_predictions does, where a file's name is not of that form, and where two files hold
    the same run.
    """
    runs: dict[tuple[int, int], pathlib.Path] = {}
    for path in map(pathlib.Path, paths):
        if not (path.stem.isdecimal() and path.parent.name.isdecimal()):
            raise InputError(f"{path}: predictions of a run are named .../<repeat>/<fold>.csv with two numbers")
        run = int(path.parent.name), int(path.stem)
        if run in runs:
            raise InputError(f"{path}: repeat {run[0]}, fold {run[1]} was already read from {runs[run]}")
        runs[run] = path
    if not runs:
        raise InputError("expected the predictions of at least one run, got no file")
    parts, keys = [], []
    for run, path in sorted(runs.items()):
        parts.append(read_run_predictions(path, classes))
        keys += [run] * len(parts[-1].scan)
    scan, subject, label, probabilities = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    repeat, fold = np.array(keys).T
    order = np.lexsort((scan, fold, repeat))
    return Predictions(*(column[order] for column in (repeat, fold, scan, subject, label, probabilities)))


def write_predictions(path: str | os.PathLike, predictions: Predictions, classes: Sequence[str] = EXPRESSIONS) -> None:
    """Writes Predictions to one CSV with the columns COLUMNS and the classes; probabilities with eight
    decimals, as the runs have."""
    keys = zip(*(column.tolist() for column in predictions[:4]), strict=True)
    names = [classes[label] for label in predictions.label]
    with atomic_path(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*COLUMNS, *classes))
        for key, name, values in zip(keys, names, predictions.probabilities.tolist(), strict=True):
            writer.writerow((*key, name, *(f"{value:.8f}" for value in values)))


def read_predictions(path: str | os.PathLike, classes: Sequence[str] = EXPRESSIONS) -> Predictions:
    """The Predictions that write_predictions wrote. Raises InputError as read_run_predictions does, and where a scan
    occurs twice in a repeat."""
    repeats, folds, scans, subjects, names, *columns = zip(*read_table(path, (*COLUMNS, *classes)), strict=True)
    seen: set[tuple[str, str]] = set()
    for line, (repeat, fold, scan) in enumerate(zip(repeats, folds, scans, strict=True), start=2):
        if not (repeat.isdecimal() and fold.isdecimal()):
            raise InputError(f"{path}, line {line}: expected whole numbers for repeat and fold, found {repeat},{fold}")
        if (repeat, scan) in seen:
            raise InputError(f"{path}, line {line}: scan {scan} occurs a second time in repeat {repeat}")
        seen.add((repeat, scan))
    label, probabilities = parse_predictions(path, names, list(zip(*columns, strict=True)), classes)
    numbers = [np.array(list(map(int, column))) for column in (repeats, folds)]
    return Predictions(numbers[0], numbers[1], np.array(scans), np.array(subjects), label, probabilities)
