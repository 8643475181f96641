"""Two results folders: what each experiment reached in both, whether the difference is more than chance, and why."""

import os
import pathlib
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.results.predictions import COLUMNS, read_predictions
from ffnet.results.statistics.accuracy import Accuracy, summarise
from ffnet.results.statistics.paired import holm
from ffnet.results.tables.comparisons import Pair, compare_pair
from ffnet.training.record import read_record

EXPLAINING = ("settings", "data_sha256", "device", "threads", "python", "numpy", "torch")  # of a run's record


class Change(NamedTuple):
    """One experiment on one dataset in the folders A and B.

    same: all predictions are equal. pair: the difference B - A on the same splits, None where they cannot be paired,
    then reason says why. p_holm: of the pair's test, corrected for all Changes. causes: (name, in A, in B) of what
    differs in the records of the first run, None where there is no record.
    """

    dataset: str
    experiment: str
    a: Accuracy
    b: Accuracy
    same: bool
    pair: Pair | None
    reason: str
    p_holm: float
    causes: list[tuple[str, object, object]] | None


class Changes(NamedTuple):
    """only_a, only_b: "experiment on dataset" that stands in one folder alone."""

    both: list[Change]
    only_a: list[str]
    only_b: list[str]


def compare_folders(a: str | os.PathLike, b: str | os.PathLike, confidence: float) -> Changes:
    """The Changes from results folder a to b. confidence: of the intervals.

    Raises InputError where a folder holds no {dataset}/predictions/{experiment}.csv, or one is not whole.
    """
    found_a, found_b = _predictions_in(a), _predictions_in(b)
    both = [_change(key, found_a[key], found_b[key], confidence) for key in found_a if key in found_b]
    corrected = holm([change.pair.test.p if change.pair else np.nan for change in both])
    return Changes(
        [change._replace(p_holm=float(p)) for change, p in zip(both, corrected, strict=True)],
        [f"{name} on {dataset}" for dataset, name in found_a if (dataset, name) not in found_b],
        [f"{name} on {dataset}" for dataset, name in found_b if (dataset, name) not in found_a],
    )


def differing_keys(a: object, b: object, name: str = "") -> list[tuple[str, object, object]]:
    """(dotted name, in a, in b) of every value that differs between two nested dicts; None where it is missing."""
    if isinstance(a, dict) and isinstance(b, dict):
        keys = dict.fromkeys([*a, *b])
        return [row for key in keys for row in differing_keys(a.get(key), b.get(key), f"{name}.{key}".strip("."))]
    return [] if a == b else [(name, a, b)]


def _predictions_in(folder: str | os.PathLike) -> dict[tuple[str, str], pathlib.Path]:
    found = {(path.parent.parent.name, path.stem): path for path in pathlib.Path(folder).glob("*/predictions/*.csv")}
    if not found:
        raise InputError(f"{folder}: no DATASET/predictions/EXPERIMENT.csv is in it; name the folder results of a run")
    return dict(sorted(found.items()))


def _change(key: tuple[str, str], path_a: pathlib.Path, path_b: pathlib.Path, confidence: float) -> Change:
    a, b = (read_predictions(path, _classes_in(path)) for path in (path_a, path_b))
    pair, reason = None, ""
    try:
        if _classes_in(path_a) != _classes_in(path_b):
            raise InputError("they have other classes")
        repeats, folds = (int(max(one.max(), other.max())) + 1 for one, other in zip(a[:2], b[:2], strict=True))
        pair = compare_pair(b, a, (repeats, folds), confidence)
    except InputError as error:
        reason = str(error)
    same = not reason and all(np.array_equal(one, other) for one, other in zip(a, b, strict=True))
    reached = summarise(a, confidence), summarise(b, confidence)
    return Change(*key, *reached, same, pair, reason, np.nan, _causes(path_a, path_b))


def _classes_in(path: pathlib.Path) -> tuple[str, ...]:
    """The names of the classes in the header of a file of predictions."""
    with open(path, encoding="utf-8") as file:
        return tuple(file.readline().rstrip("\n").split(",")[len(COLUMNS) :])


def _causes(path_a: pathlib.Path, path_b: pathlib.Path) -> list[tuple[str, object, object]] | None:
    records = [path.parent.parent / "runs" / path.stem / "0" / "0.json" for path in (path_a, path_b)]
    if not all(record.is_file() for record in records):
        return None
    a, b = ({key: getattr(one, key) for key in EXPLAINING} for one in map(read_record, records))
    return differing_keys(a, b)
