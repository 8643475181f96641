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

RUN_COLUMNS = ("scan", "subject", "label")  # and one for each class
COLUMNS = ("repeat", "fold", *RUN_COLUMNS)
SUM_TOLERANCE = 1e-4  # probabilities written with eight decimals add up to 1 far closer than this


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
    """(n,) int64: the most probable expression of each scan; of equally probable ones the first."""
    return predictions.probabilities.argmax(axis=1)


def gather_runs(paths: Iterable[str | os.PathLike], classes: Sequence[str] = EXPRESSIONS) -> Predictions:
    """The Predictions of one experiment from its run files, .../{repeat}/{fold}.csv each. classes: names by label.

    Raises InputError that names the file, the line and what is wrong where a file is cut, has another header or
    another class name, a scan twice, or probabilities that do not add up to 1; where its name is not of that form;
    and where two files hold the same run.
    """
    rows: list[tuple] = []
    runs: dict[tuple[int, int], pathlib.Path] = {}
    for path in map(pathlib.Path, paths):
        if not (path.stem.isdecimal() and path.parent.name.isdecimal()):
            raise InputError(f"{path}: predictions of a run are named .../<repeat>/<fold>.csv with two numbers")
        run = int(path.parent.name), int(path.stem)
        if run in runs:
            raise InputError(f"{path}: repeat {run[0]}, fold {run[1]} was already read from {runs[run]}")
        runs[run] = path
        read = read_table(path, (*RUN_COLUMNS, *classes))
        rows += _parsed(path, [(path.parent.name, path.stem, *row) for row in read], classes)
    if not rows:
        raise InputError("predictions of at least one run are needed, no file was given")
    return _columns(sorted(rows))


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
    """The Predictions that write_predictions wrote; raises InputError as gather_runs does."""
    return _columns(_parsed(path, read_table(path, (*COLUMNS, *classes)), classes))


def _parsed(path: str | os.PathLike, rows: Iterable[Sequence[str]], classes: Sequence[str]) -> list[tuple]:
    """Tuples (repeat, fold, scan, subject, label, probabilities) from rows of text in the order of COLUMNS, classes."""
    parsed, seen, labels = [], set(), {name: label for label, name in enumerate(classes)}
    for line, (repeat, fold, scan, subject, name, *texts) in enumerate(rows, start=2):
        if not (repeat.isdecimal() and fold.isdecimal()):
            raise InputError(f"{path}, line {line}: repeat and fold must be whole numbers, {repeat},{fold} came")
        if name not in labels:
            raise InputError(f"{path}, line {line}: label '{name}' is not one of {', '.join(classes)}")
        if (repeat, scan) in seen:
            raise InputError(f"{path}, line {line}: scan {scan} stands here a second time in repeat {repeat}")
        seen.add((repeat, scan))
        try:
            probabilities = tuple(map(float, texts))
        except ValueError:
            raise InputError(
                f"{path}, line {line}: {len(classes)} numbers are needed, {','.join(texts)} came"
            ) from None
        if not (min(probabilities) >= 0 and abs(sum(probabilities) - 1) <= SUM_TOLERANCE):
            raise InputError(
                f"{path}, line {line}: {len(classes)} probabilities that add up to 1 are needed, {texts} came"
            )
        parsed.append((int(repeat), int(fold), scan, subject, labels[name], probabilities))
    return parsed


def _columns(rows: list[tuple]) -> Predictions:
    return Predictions(*(np.array(column) for column in zip(*rows, strict=True)))
