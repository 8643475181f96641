"""Predictions of the runs that were trained on one collection and tested on another."""

import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.results.predictions import Predictions
from ffnet.results.statistics.accuracy import summarise
from ffnet.results.tables.paper import Architecture
from ffnet.results.tested_experiments import DatasetInfo, Experiment
from ffnet.training.record import read_record
from ffnet.training.run_predictions import read_run_predictions


class CrossRuns(NamedTuple):
    """The runs of one experiment on one pair of datasets; see ffnet.workflow.cross_plan.PlannedCross."""

    train: str
    test: str
    experiment: str
    classes: Sequence[str]
    same_layout: bool
    architecture: Sequence[str]
    predictions: Sequence[str]


class CrossTested(NamedTuple):
    """CrossRuns and what they predicted: an Experiment on the tested dataset, whose name says where it was trained."""

    runs: CrossRuns
    experiment: Experiment


def read_crosses(
    planned: Iterable[CrossRuns], datasets: Mapping[str, DatasetInfo], confidence: float
) -> list[CrossTested]:
    """All CrossTested. Raises InputError as read_runs does."""
    tested = []
    for runs in planned:
        name = f"{runs.experiment} trained on {runs.train}"
        info = datasets[runs.test]._replace(classes=tuple(runs.classes))
        predictions = read_runs(runs.predictions, runs.classes)
        accuracy = summarise(predictions, confidence)
        which = runs.test, name, info, Architecture(*runs.architecture)
        tested.append(CrossTested(runs, Experiment(*which, predictions, accuracy)))
    return tested


def read_runs(paths: Sequence[str], classes: Sequence[str]) -> Predictions:
    """The Predictions of the runs .../{repeat}.csv, all of fold 0, sorted by repeat and scan.

    Raises InputError as read_run_predictions does, where a file holds fewer scans than its record says, and where two
    files hold other scans.
    """
    parts: list[Predictions] = []
    for path in map(pathlib.Path, paths):
        run, expected = read_run_predictions(path, classes), read_record(path.with_suffix(".json")).scans["test"]
        if len(run.scan) != expected:
            raise InputError(
                f"{path}: found predictions of {len(run.scan)} scans, but its record says {expected}; is it cut?"
                " Delete it and run again"
            )
        if parts and not np.array_equal(run.scan, parts[0].scan):
            raise InputError(f"{path}: the scans are not those of {paths[0]}; delete both and run again")
        repeat = np.full(len(run.scan), int(path.stem))
        parts.append(Predictions(repeat, np.zeros_like(repeat), *run))
    return Predictions(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
