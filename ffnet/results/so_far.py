"""Tables from the runs that exist, while others are still missing; and which these are."""

import os
import pathlib
from typing import NamedTuple

from ffnet.errors import InputError
from ffnet.results.audit.partition import check_folds, check_tested, read_splits
from ffnet.results.predictions import gather_runs
from ffnet.results.run_records import gather_records
from ffnet.results.statistics.accuracy import summarise
from ffnet.results.tables.paper import Network
from ffnet.results.tables.rendering import Table
from ffnet.results.tested_experiments import DatasetInfo, Experiment
from ffnet.training.record import read_record, read_records

COLUMNS = {
    "dataset": "name in config.yaml",
    "experiment": "name in config.yaml",
    "repeat": "of the missing run",
    "fold": "of the missing run",
    "why": "not made: there is no such file; other settings: it is there, but config.yaml has changed since",
}
NOT_MADE, STALE = "not made", "other settings"


class Plan(NamedTuple):
    """The runs that config.yaml asks for. settings: recipe_values of their recipe."""

    dataset: str
    name: str
    repeats: int
    folds: int
    settings: dict


class RunsSoFar(NamedTuple):
    """paths: predictions of the runs that are there. missing: (repeat, fold, why)."""

    paths: list[pathlib.Path]
    missing: list[tuple[int, int, str]]


def find_runs(folder: str | os.PathLike, plan: Plan) -> RunsSoFar:
    """The RunsSoFar of a Plan in a results folder; a run whose record shows other settings is missing."""
    found = RunsSoFar([], [])
    for repeat in range(plan.repeats):
        for fold in range(plan.folds):
            path = pathlib.Path(folder) / plan.dataset / "runs" / plan.name / str(repeat) / f"{fold}.csv"
            record = path.with_suffix(".json")
            if not (path.is_file() and record.is_file()):
                found.missing.append((repeat, fold, NOT_MADE))
            elif read_record(record).settings != plan.settings:
                found.missing.append((repeat, fold, STALE))
            else:
                found.paths.append(path)
    return found


def experiments_so_far(
    folder: str | os.PathLike,
    plans: list[Plan],
    collections: dict[str, DatasetInfo],
    networks: dict[str, Network],
    confidence: float,
) -> tuple[list[Experiment], dict[tuple[str, str], dict], list[RunsSoFar]]:
    """(Experiments that have a run, what gather_records makes of their records, RunsSoFar of each plan).

    collections, networks, confidence: as in read_experiments. The records are told by (dataset, experiment).
    Raises InputError if there is no run at all, and where a file is not whole or tests a subject in another fold than
    its split says.
    """
    experiments: list[Experiment] = []
    told: dict[tuple[str, str], dict] = {}
    found = [find_runs(folder, plan) for plan in plans]
    for plan, runs in zip(plans, found, strict=True):
        if not runs.paths:
            continue
        collection, place = collections[plan.dataset], pathlib.Path(folder) / plan.dataset
        predictions = gather_runs(runs.paths, collection.classes)
        records = read_records(path.with_suffix(".json") for path in runs.paths)
        check_tested(predictions, records)
        told[plan.dataset, plan.name] = gather_records(records)
        repeats = sorted(set(predictions.repeat.tolist()))
        splits = read_splits(place / "splits" / f"{repeat}.csv" for repeat in repeats)
        check_folds(predictions, splits, place / "runs" / plan.name)
        accuracy = summarise(predictions, confidence, (plan.repeats, plan.folds))
        network = networks[plan.name]
        experiments.append(Experiment(plan.dataset, plan.name, collection, network, predictions, accuracy))
    if not experiments:
        raise InputError(f"there is no run yet in {folder}/*/runs/ that config.yaml asks for")
    return experiments, told, found


def missing_table(plans: list[Plan], found: list[RunsSoFar]) -> Table:
    """The Table `missing`: every missing run as CSV, how many for people. found: RunsSoFar of each of the plans."""
    rows, lines = [], []
    for plan, runs in zip(plans, found, strict=True):
        rows += [(plan.dataset, plan.name, str(repeat), str(fold), why) for repeat, fold, why in runs.missing]
        stale = sum(why == STALE for _, _, why in runs.missing)
        counts = plan.repeats * plan.folds, len(runs.paths), len(runs.missing) - stale, stale
        lines.append((plan.dataset, plan.name, *map(str, counts)))
    heading = ("dataset", "experiment", "runs asked for", "made", NOT_MADE, STALE)
    notes = (
        f"{NOT_MADE}: there is no such file yet. {STALE}: the run is there, but config.yaml has changed since.",
        "Every missing run is in missing.csv. Leakage is audited once all runs are made.",
    )
    return Table("missing", "Missing runs", COLUMNS, rows, heading, lines, left=2, notes=notes)


def missing_warning(plans: list[Plan], found: list[RunsSoFar]) -> tuple[str, ...]:
    """A sentence for the top of every table; nothing once all runs are there."""
    wanted, made = sum(plan.repeats * plan.folds for plan in plans), sum(len(runs.paths) for runs in found)
    if made == wanted:
        return ()
    return (f"so far; {made} of {wanted} runs are made, see missing.md. Only comparisons.md compares the same runs.",)
