"""Predictions of one run: runs/{experiment}/{repeat}/{fold}.csv, written and read."""

import csv
import io
import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.storage import read_table

RUN_COLUMNS = ("scan", "subject", "label")  # and one for each class
SUM_TOLERANCE = 1e-4  # probabilities written with eight decimals add up to 1 far closer than this


class RunPredictions(NamedTuple):
    """The tested scans of one run, sorted by name.

    scan, subject: (n,) str. label: (n,) int64, place in the classes. probabilities: (n, classes) float64.
    """

    scan: np.ndarray
    subject: np.ndarray
    label: np.ndarray
    probabilities: np.ndarray


def predictions_text(predictions: RunPredictions, classes: Sequence[str]) -> str:
    """CSV text: scan, subject, the label's name and a probability with eight decimals for each class."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*RUN_COLUMNS, *classes))
    for scan, subject, label, row in zip(*predictions, strict=True):
        writer.writerow((scan, subject, classes[label], *(f"{value:.8f}" for value in row)))
    return text.getvalue()


def read_run_predictions(path: str | os.PathLike, classes: Sequence[str]) -> RunPredictions:
    """The RunPredictions that predictions_text wrote to a file.

    Raises InputError that names the file, the line and what is wrong where it is cut, has another header, an unknown
    class, a scan twice, or probabilities that do not add up to 1.
    """
    rows = read_table(path, (*RUN_COLUMNS, *classes))
    scans, subjects, names, *columns = zip(*rows, strict=True)
    seen: set[str] = set()
    for line, scan in enumerate(scans, start=2):
        if scan in seen:
            raise InputError(f"{path}, line {line}: scan {scan} occurs a second time")
        seen.add(scan)
    label, probabilities = parse_predictions(path, names, list(zip(*columns, strict=True)), classes)
    return RunPredictions(np.array(scans), np.array(subjects), label, probabilities)


def parse_predictions(
    path: str | os.PathLike, names: Sequence[str], texts: Sequence[Sequence[str]], classes: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Labels (n,) int64 and probabilities (n, classes) float64 from the rows of a file below its header.

    names: the class of each row. texts: its probabilities. Raises InputError that names the file and the line.
    """
    labels, probabilities = {name: label for label, name in enumerate(classes)}, []
    for line, (name, row) in enumerate(zip(names, texts, strict=True), start=2):
        if name not in labels:
            raise InputError(f"{path}, line {line}: label '{name}' is not one of {', '.join(classes)}")
        try:
            values = tuple(map(float, row))
        except ValueError:
            raise InputError(f"{path}, line {line}: expected {len(classes)} numbers, found {','.join(row)}") from None
        if not (min(values) >= 0 and abs(sum(values) - 1) <= SUM_TOLERANCE):
            raise InputError(
                f"{path}, line {line}: expected {len(classes)} probabilities that add up to 1, found {','.join(row)}"
            )
        probabilities.append(values)
    return np.array([labels[name] for name in names]), np.array(probabilities)
