"""What the runs of one experiment took and learned: their records in one small file."""

import hashlib
import json
import os
import pathlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ffnet.errors import InputError
from ffnet.training.record import Record

MADE_WITH = (
    *("python", "numpy", "torch", "device", "computed_in", "threads", "code", "parameters", "multiply_adds"),
    "pretrained_sha256",
)
Records = dict[tuple[str, str], dict]  # (dataset, experiment) -> what gather_records made
CURVES = ("loss", "accuracy")  # of the training half, after each epoch
VALIDATION_CURVES = ("validation_loss", "validation_accuracy")  # in the rows of runs with a validation part


def gather_records(found: dict[pathlib.Path, Record]) -> dict:
    """What report.html shows of the records of an experiment's runs, a dict that JSON can hold.

    found: {path: record}. runs: how many. seconds: all of them together, and the longest. made_with: name -> {value:
    runs}. data: SHA-256 over those of the runs' data. epochs: a row for each epoch: how many runs have it, and mean and
    standard deviation (n - 1; None for a single run) of loss and accuracy on the training half, and on the validation
    part of runs that have one; [] for what is not trained in epochs. people: a row for each run with a validation part:
    repeat, fold and its subjects; left out if there is none.
    Raises InputError that names a record whose epochs are not as a run writes them.
    """
    records = list(found.values())
    seconds = [record.seconds["all"] for record in records]
    data = hashlib.sha256("".join(record.data_sha256 for record in records).encode())
    people = [{"repeat": record.repeat, "fold": record.fold} | record.people for record in records if record.people]
    return {
        "runs": len(records),
        "seconds": {"all": round(sum(seconds), 3), "longest": max(seconds)},
        "made_with": {name: _counted(getattr(record, name) for record in records) for name in MADE_WITH},
        "data": data.hexdigest(),
        "epochs": _curves([_epochs(record, path) for path, record in found.items()]),
        **({"people": people} if people else {}),
    }


def _counted(values: Iterable[object]) -> dict[str, int]:
    return dict(sorted(Counter(str(value) for value in values if value is not None).items()))


def _epochs(record: Record, path: str | os.PathLike) -> list[dict[str, float]]:
    names = (*CURVES, *(VALIDATION_CURVES if record.people else ()))
    try:
        return [{name: row[name] for name in names} for row in record.epochs]  # type: ignore[literal-required]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: its epochs are not as a run writes them ({error!r}); delete it and run again"
        ) from error


def _curves(runs: list[list[dict[str, float]]]) -> list[dict]:
    rows = []
    for epoch in range(max(map(len, runs))):
        made = [run[epoch] for run in runs if epoch < len(run)]
        row: dict[str, object] = {"epoch": epoch + 1, "runs": len(made)}
        for name in made[0]:
            column = np.array([values[name] for values in made])
            spread = float(column.std(ddof=1)) if len(column) > 1 else None
            row[name] = {"mean": float(column.mean()), "sd": spread}
        rows.append(row)
    return rows


def read_gathered_records(paths: Mapping[str, Sequence[str | os.PathLike]], experiments: Sequence[str]) -> Records:
    """The Records of files that hold what gather_records made. paths: dataset -> a file for each of the experiments.
    Raises InputError that names a file that is not whole."""
    return {
        (dataset, experiment): _record(pathlib.Path(path))
        for dataset, of in paths.items()
        for experiment, path in zip(experiments, of, strict=True)
    }


def _record(path: pathlib.Path) -> dict:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not whole ({error}); delete it and run again") from error
