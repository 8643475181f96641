"""What the runs of one experiment took and learned: their records in one small file."""

import hashlib
import os
import pathlib
from collections import Counter
from collections.abc import Iterable

import numpy as np

from ffnet.errors import InputError
from ffnet.training.record import Record

MADE_WITH = (
    *("python", "numpy", "torch", "device", "computed_in", "threads", "code", "parameters", "multiply_adds"),
    "pretrained_sha256",
)
CURVES = ("loss", "accuracy")  # of the training half, after each epoch


def gather_records(found: dict[pathlib.Path, Record]) -> dict:
    """What report.html shows of the records of an experiment's runs, a dict that JSON can hold.

    found: {path: record}. runs: how many. seconds: all of them together, and the longest. made_with: name -> {value:
    runs}. data: SHA-256 over those of the runs' data. epochs: a row for each epoch: how many runs have it, and mean and
    standard deviation (n - 1; None for a single run) of loss and accuracy on the training half; [] for what is not
    trained in epochs.
    Raises InputError that names a record whose epochs are not as a run writes them.
    """
    records = list(found.values())
    seconds = [record.seconds["all"] for record in records]
    data = hashlib.sha256("".join(record.data_sha256 for record in records).encode())
    return {
        "runs": len(records),
        "seconds": {"all": round(sum(seconds), 3), "longest": max(seconds)},
        "made_with": {name: _counted(getattr(record, name) for record in records) for name in MADE_WITH},
        "data": data.hexdigest(),
        "epochs": _curves([_epochs(record, path) for path, record in found.items()]),
    }


def _counted(values: Iterable[object]) -> dict[str, int]:
    return dict(sorted(Counter(str(value) for value in values if value is not None).items()))


def _epochs(record: Record, path: str | os.PathLike) -> list[list[float]]:
    try:
        return [[row["loss"], row["accuracy"]] for row in record.epochs]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: its epochs are not as a run writes them ({error!r}); delete it and run again"
        ) from error


def _curves(runs: list[list[list[float]]]) -> list[dict]:
    rows = []
    for epoch in range(max(map(len, runs))):
        values = np.array([run[epoch] for run in runs if epoch < len(run)])
        row: dict[str, object] = {"epoch": epoch + 1, "runs": len(values)}
        for name, column in zip(CURVES, values.T, strict=True):
            spread = float(column.std(ddof=1)) if len(column) > 1 else None
            row[name] = {"mean": float(column.mean()), "sd": spread}
        rows.append(row)
    return rows
