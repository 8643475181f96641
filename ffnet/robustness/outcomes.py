"""The predictions for the scans under one condition: results/robustness/{axis}/{severity}.csv, written and read."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.quarantine import Rejected
from ffnet.scans.index import ScanRow
from ffnet.storage import read_table
from ffnet.training.run_predictions import parse_predictions

BEFORE, AFTER = ("experiment", "scan", "subject", "label"), ("stage", "reason")


class Outcome(NamedTuple):
    """A scan under one condition, and the prediction of one experiment's network.

    label, predicted: names of classes; predicted is "" and probabilities are () if a stage left the scan out, for the
    reason given.
    """

    experiment: str
    scan: str
    subject: str
    label: str
    predicted: str
    probabilities: tuple[float, ...]
    stage: str = ""
    reason: str = ""


def make_outcomes(
    rows: Sequence[ScanRow],
    tested: Sequence[str],
    probabilities: Mapping[str, np.ndarray],
    rejected: Sequence[Rejected],
    classes: Sequence[str],
) -> list[Outcome]:
    """The Outcomes of all experiments and all scans, in the order of both.

    tested: names of the scans that came through the stages. probabilities: experiment -> (n, classes) of them.
    """
    place, lost = {scan: i for i, scan in enumerate(tested)}, {row.scan: row for row in rejected}
    outcomes = []
    for experiment, values in probabilities.items():
        for row in rows:
            named = (experiment, row.scan, row.subject, row.expression)
            if row.scan in place:
                line = values[place[row.scan]]
                outcomes.append(Outcome(*named, classes[line.argmax()], tuple(line.tolist())))
            else:
                outcomes.append(Outcome(*named, "", (), lost[row.scan].stage, lost[row.scan].reason))
    return outcomes


def outcomes_text(outcomes: Sequence[Outcome], classes: Sequence[str]) -> str:
    """CSV text: BEFORE, a probability with eight decimals for each class, AFTER; a scan that was left out has no
    probabilities."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*BEFORE, *classes, *AFTER))
    for one in outcomes:
        values = [f"{value:.8f}" for value in one.probabilities] or [""] * len(classes)
        writer.writerow((one.experiment, one.scan, one.subject, one.label, *values, one.stage, one.reason))
    return text.getvalue()


def read_outcomes(path: str | os.PathLike, classes: Sequence[str]) -> list[Outcome]:
    """The Outcomes that outcomes_text wrote to a file.

    Raises InputError that names the file and the line where it is cut, has another header, an unknown class, or numbers
    that are no probabilities.
    """
    outcomes = []
    for line, row in enumerate(read_table(path, (*BEFORE, *classes, *AFTER)), start=2):
        (experiment, scan, subject, label), texts = row[: len(BEFORE)], row[len(BEFORE) : -len(AFTER)]
        stage, reason = row[-len(AFTER) :]
        if bool(stage) == any(texts):
            raise InputError(f"{path}, line {line}: expected either probabilities or a stage that left the scan out")
        if stage:
            outcomes.append(Outcome(experiment, scan, subject, label, "", (), stage, reason))
            continue
        _, values = parse_predictions(f"{path}, scan {scan}", [label], [texts], classes)
        predicted = classes[values[0].argmax()]
        outcomes.append(Outcome(experiment, scan, subject, label, predicted, tuple(values[0].tolist())))
    return outcomes
