"""What a run took and what it was made with: runs/{experiment}/{repeat}/{fold}.json, written and read."""

import dataclasses
import json
import os
import pathlib
from collections.abc import Iterable, Sequence
from typing import NotRequired, TypedDict

from ffnet.errors import InputError


class ScanCounts(TypedDict):
    """Scans of the two halves, and of the validation part where there is one."""

    training: int
    test: int
    validation: NotRequired[int]


class People(TypedDict):
    """The subjects that a run was trained and watched on."""

    training: list[str]
    validation: list[str]


class Seconds(TypedDict):
    """Wall time. reading: of the collection, which the first run of a job pays. all: the run's share of its job's."""

    reading: float
    all: float


class Epoch(TypedDict):
    """One epoch, counted from 1: mean loss and accuracy over its batches, wall time; loss and accuracy after it
    on the validation part, where there is one, and on the test half, where training.watch_test is true."""

    epoch: int
    loss: float
    accuracy: float
    seconds: float
    validation_loss: NotRequired[float]
    validation_accuracy: NotRequired[float]
    test_loss: NotRequired[float]
    test_accuracy: NotRequired[float]


@dataclasses.dataclass(frozen=True)
class Record:
    """The record of one run. Fields from `seed` on are those of networks; a ridge run has none of them.

    data_sha256: of all its parts. code: hash of the code. inputs: SHA-256 of its job's input files. settings: the
    recipe, as recipe_values gives it. pretrained_sha256: of the weights it started from. multiply_adds: of one scan,
    see ffnet.networks.cost. computed_in: float32, tf32, bfloat16 or float16. gpu_step: compiled, graph or eager, as its
    steps were on a GPU. resumed: how often the run was continued after it was killed. people: of a run with a
    validation part. kept_epoch: whose weights were tested, where training.keep is best_validation; else the last
    epoch's were.
    """

    experiment: str
    repeat: int
    fold: int
    scans: ScanCounts
    data_sha256: str
    code: str
    settings: dict
    threads: int
    python: str
    numpy: str
    seconds: Seconds
    inputs: Sequence[str] = ()
    people: People | None = None
    torch: str | None = None
    device: str | None = None
    computed_in: str | None = None
    gpu_step: str | None = None
    seed: int | None = None
    pretrained_sha256: str | None = None
    parameters: int | None = None
    multiply_adds: int | None = None
    resumed: int | None = None
    training_seconds: float | None = None
    test_seconds: float | None = None
    epochs: Sequence[Epoch] = ()
    kept_epoch: int | None = None


def record_text(record: Record) -> str:
    """The record as JSON; fields that are None are left out."""
    values = {name: value for name, value in vars(record).items() if value is not None}
    return json.dumps(values, indent=1) + "\n"


def read_record(path: str | os.PathLike) -> Record:
    """The Record that record_text wrote to a file. Raises InputError if it is missing or not whole."""
    try:
        return Record(**json.loads(pathlib.Path(path).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{path}: not a whole record of a run ({error}); delete it and run again") from error


def read_records(paths: Iterable[str | os.PathLike]) -> dict[pathlib.Path, Record]:
    """{path: record} of runs; raises InputError as read_record does."""
    return {pathlib.Path(path): read_record(path) for path in paths}
