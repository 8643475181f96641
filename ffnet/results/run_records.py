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
TEST_CURVES = ("test_loss", "test_accuracy")  # in the rows of runs that were watched on the test half


def gather_records(found: dict[pathlib.Path, Record]) -> dict:
    """What report.html shows of the records of an experiment's runs, a dict that JSON can hold.

    found: {path: record}. runs: how many. seconds: all of them together, and the longest. made_with: name -> {value:
    runs}. data: SHA-256 over those of the runs' data. epochs: a row for each epoch: how many runs have it, and mean and
    standard deviation (n - 1; None for a single run) of loss and accuracy on the training half, and on the validation
    part and the test half of runs that were watched on them; [] for what is not trained in epochs. people: a row for
    each run with a validation part: repeat, fold and its subjects; left out if there is none. best_epoch_gain: the mean
    over the runs; left out unless all were watched on the test half.
    Raises InputError that names a record whose epochs are not as a run writes them.
    """
    records = list(found.values())
    seconds = [record.seconds["all"] for record in records]
    data = hashlib.sha256("".join(record.data_sha256 for record in records).encode())
    epochs = [_epochs(record, path) for path, record in found.items()]
    gains = [best_epoch_gain(record) for record in records if watches_test(record)]
    people = [{"repeat": record.repeat, "fold": record.fold} | record.people for record in records if record.people]
    return {
        "runs": len(records),
        "seconds": {"all": round(sum(seconds), 3), "longest": max(seconds)},
        "made_with": {name: _counted(getattr(record, name) for record in records) for name in MADE_WITH},
        "data": data.hexdigest(),
        "epochs": _curves(epochs),
        **({"people": people} if people else {}),
        **({"best_epoch_gain": float(np.mean(gains))} if len(gains) == len(records) else {}),
    }


def watches_test(record: Record) -> bool:
    """Whether a run was scored on its test half after each epoch."""
    return bool(record.epochs) and record.settings.get("training", {}).get("watch_test", False)


def best_epoch_gain(record: Record) -> float:
    """What a run would gain if the epoch with the highest accuracy on the test half were kept: its accuracy minus that
    of the weights that were tested, a share of the scans, never below 0. It is a leak, as the tested scans choose."""
    accuracies = [row["test_accuracy"] for row in record.epochs]
    return max(accuracies) - accuracies[(record.kept_epoch or len(accuracies)) - 1]


def _counted(values: Iterable[object]) -> dict[str, int]:
    return dict(sorted(Counter(str(value) for value in values if value is not None).items()))


def _epochs(record: Record, path: str | os.PathLike) -> list[dict[str, float]]:
    validated, tested = VALIDATION_CURVES if record.people else (), TEST_CURVES if watches_test(record) else ()
    names = (*CURVES, *validated, *tested)
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
        for name in (name for name in made[0] if all(name in values for values in made)):
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
