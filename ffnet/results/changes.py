"""Two results folders: what each experiment reached in both, whether the difference is more than chance, and why."""

import os
import pathlib
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.results.predictions import COLUMNS, Predictions, read_predictions
from ffnet.results.statistics.accuracy import summarise
from ffnet.results.statistics.paired import compare_pair
from ffnet.results.tables.columns import headed
from ffnet.results.tables.comparison_table import PAIR, UNKNOWN, corrected, pair_row
from ffnet.results.tables.table import Column, View, named
from ffnet.training.record import read_record

EXPLAINING = ("settings", "data_sha256", "device", "threads", "python", "numpy", "torch")  # of a run's record
Causes = list[tuple[str, object, object]]  # (name, in A, in B)


class Change(NamedTuple):
    """One experiment on one dataset in the folders A and B.

    row: what changes_view shows. same: whether all predictions are equal. reason: why the runs cannot be paired, "" if
    they can. causes: what differs in the records of the first run, None where there is no record.
    """

    dataset: str
    experiment: str
    row: dict
    same: bool
    reason: str
    causes: Causes | None


class Changes(NamedTuple):
    """only_a, only_b: "experiment on dataset" that is in one folder alone."""

    both: list[Change]
    only_a: list[str]
    only_b: list[str]


def compare_folders(a: str | os.PathLike, b: str | os.PathLike, confidence: float) -> Changes:
    """The Changes from results folder a to b. confidence: of the intervals.

    Raises InputError where a folder holds no {dataset}/predictions/{experiment}.csv, or one is not whole.
    """
    found_a, found_b = _predictions_in(a), _predictions_in(b)
    both = [_change(key, found_a[key], found_b[key], confidence) for key in found_a if key in found_b]
    rows = corrected([change.row for change in both])
    return Changes(
        [change._replace(row=row) for change, row in zip(both, rows, strict=True)],
        [f"{name} on {dataset}" for dataset, name in found_a if (dataset, name) not in found_b],
        [f"{name} on {dataset}" for dataset, name in found_b if (dataset, name) not in found_a],
    )


def changes_view(changes: Changes, confidence: float) -> View:
    """The View of all Changes: accuracies in A and B, and the test of their difference, p corrected for all of them."""
    columns = (
        *(*named("dataset", "experiment", left=True), *(Column(name, "", ".2f", f"{name} %") for name in "AB")),
        *headed(headed(PAIR, "difference", "B - A"), "interval_low", f"{confidence:.0%} interval"),
    )
    shown = [column for column in columns if column.heading]
    return View("Changes", shown, [change.row for change in changes.both])


def differing_keys(a: object, b: object, name: str = "") -> Causes:
    """(dotted name, in a, in b) of every value that differs between two nested dicts; None where it is missing."""
    if isinstance(a, dict) and isinstance(b, dict):
        keys = dict.fromkeys([*a, *b])
        return [row for key in keys for row in differing_keys(a.get(key), b.get(key), f"{name}.{key}".strip("."))]
    return [] if a == b else [(name, a, b)]


def _predictions_in(folder: str | os.PathLike) -> dict[tuple[str, str], pathlib.Path]:
    found = {(path.parent.parent.name, path.stem): path for path in pathlib.Path(folder).glob("*/predictions/*.csv")}
    if not found:
        raise InputError(
            f"{folder}: found no DATASET/predictions/EXPERIMENT.csv in it; name the results folder of a run"
        )
    return dict(sorted(found.items()))


def _change(key: tuple[str, str], path_a: pathlib.Path, path_b: pathlib.Path, confidence: float) -> Change:
    a, b = (read_predictions(path, _classes_in(path)) for path in (path_a, path_b))
    row, reason = dict(UNKNOWN), ""
    try:
        if _classes_in(path_a) != _classes_in(path_b):
            raise InputError("they have other classes")
        row = pair_row(compare_pair(b, a, _planned(a, b), confidence))
    except InputError as error:
        reason = str(error)
    same = not reason and all(np.array_equal(*columns) for columns in zip(a, b, strict=True))
    reached = {name: 100 * summarise(one, confidence).mean for name, one in (("A", a), ("B", b))}
    row |= {"dataset": key[0], "experiment": key[1], "confidence": confidence} | reached
    return Change(*key, row, same, reason, _causes(path_a, path_b))


def _planned(a: Predictions, b: Predictions) -> tuple[int, int]:
    """(repeats, folds), at least those of either."""
    repeats, folds = (int(max(first.max(), second.max())) + 1 for first, second in zip(a[:2], b[:2], strict=True))
    return repeats, folds


def _classes_in(path: pathlib.Path) -> tuple[str, ...]:
    """The names of the classes in the header of a file of predictions."""
    with open(path, encoding="utf-8") as file:
        return tuple(file.readline().rstrip("\n").split(",")[len(COLUMNS) :])


def _causes(path_a: pathlib.Path, path_b: pathlib.Path) -> Causes | None:
    paths = [path.parent.parent / "runs" / path.stem / "0" / "0.json" for path in (path_a, path_b)]
    if not all(path.is_file() for path in paths):
        return None
    a, b = ({key: getattr(record, key) for key in EXPLAINING} for record in map(read_record, paths))
    return differing_keys(a, b)
