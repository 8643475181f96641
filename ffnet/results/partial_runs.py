"""The runs that exist while others are still missing."""

import itertools
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from ffnet.errors import InputError
from ffnet.results.audit.partition import check_folds, check_tested, read_splits
from ffnet.results.predictions import gather_runs
from ffnet.results.run_records import gather_records
from ffnet.results.statistics.accuracy import summarise
from ffnet.results.tables.missing_table import MADE, MISSING, OTHER_CODE, OTHER_DATA, OTHER_SETTINGS
from ffnet.results.tables.paper import Architecture
from ffnet.results.tested_experiments import DatasetInfo, Experiment
from ffnet.storage import sha256_of
from ffnet.training.record import Record, read_record, read_records


class ExpectedRuns(NamedTuple):
    """The runs of one experiment that config.yaml asks for.

    settings: their recipe, as recipe_values gives it. code: hash of the code that trains now. predictions: their files,
    fold after fold of repeat after repeat, each with its record beside it. splits: a file for each repeat. inputs: the
    other input files of every run.
    """

    dataset: str
    experiment: str
    repeats: int
    folds: int
    settings: dict
    code: str
    predictions: Sequence[str | os.PathLike]
    splits: Sequence[str | os.PathLike]
    inputs: Sequence[str | os.PathLike]


class PartialResults(NamedTuple):
    """experiments: those that have a run. records: what gather_records makes of theirs, by (dataset, experiment).
    runs: a row for each expected run, with its state: see missing_table."""

    experiments: list[Experiment]
    records: dict[tuple[str, str], dict]
    runs: pd.DataFrame


def run_states(expected: ExpectedRuns) -> pd.DataFrame:
    """A row for each of the ExpectedRuns: dataset, experiment, repeat, fold, state and path."""
    runs = itertools.product(range(expected.repeats), range(expected.folds))
    shared = [_hash(path) for path in expected.inputs]
    inputs = [[*shared, _hash(split)] for split in expected.splits]
    rows = []
    for (repeat, fold), path in zip(runs, map(pathlib.Path, expected.predictions), strict=True):
        record = path.with_suffix(".json")
        made = path.is_file() and record.is_file()
        state = run_state(read_record(record), expected, inputs[repeat]) if made else MISSING
        rows.append((expected.dataset, expected.experiment, repeat, fold, state, path))
    return pd.DataFrame(rows, columns=["dataset", "experiment", "repeat", "fold", "state", "path"])


def run_state(record: Record, expected: ExpectedRuns, inputs: Sequence[str]) -> str:
    """Whether a run counts, or why it is stale, by its record. inputs: hashes of its input files as they are now."""
    if record.settings != expected.settings:
        return OTHER_SETTINGS
    if record.code != expected.code:
        return OTHER_CODE
    return MADE if sorted(record.inputs) == sorted(inputs) else OTHER_DATA


def _hash(path: str | os.PathLike) -> str:
    return sha256_of(path) if os.path.isfile(path) else ""


def read_partial(
    expected: Sequence[ExpectedRuns],
    datasets: Mapping[str, DatasetInfo],
    architectures: Mapping[str, Architecture],
    confidence: float,
) -> PartialResults:
    """The PartialResults of all ExpectedRuns. architectures: by experiment. confidence: of the intervals.

    Raises InputError if there is no run at all, and where a file is not whole or tests a subject in another fold than
    its split says.
    """
    experiments: list[Experiment] = []
    records: dict[tuple[str, str], dict] = {}
    states = [run_states(runs) for runs in expected]
    for runs, found in zip(expected, states, strict=True):
        paths = found["path"][found["state"] == MADE].tolist()
        if not paths:
            continue
        predictions = gather_runs(paths, datasets[runs.dataset].classes)
        of_runs = read_records(path.with_suffix(".json") for path in paths)
        check_tested(predictions, of_runs)
        splits = read_splits(runs.splits[repeat] for repeat in sorted(set(predictions.repeat.tolist())))
        check_folds(predictions, splits, paths[0].parents[1])
        records[runs.dataset, runs.experiment] = gather_records(of_runs)
        planned, scans = (runs.repeats, runs.folds), datasets[runs.dataset].expected
        accuracy = summarise(predictions, confidence, planned, scans)
        which = runs.dataset, runs.experiment, datasets[runs.dataset], architectures[runs.experiment]
        experiments.append(Experiment(*which, predictions, accuracy))
    if not experiments:
        raise InputError("none of the runs that config.yaml asks for is made yet; run snakemake first")
    return PartialResults(experiments, records, pd.concat(states).drop(columns="path"))
