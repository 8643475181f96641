"""A training job: which runs it trains, on which scans, and how it computes."""

import dataclasses
import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from ffnet.settings import read_settings
from ffnet.shards.hashes import read_shard_list
from ffnet.shards.samples import Samples, read_samples
from ffnet.storage import sha256_of
from ffnet.training.checkpoint import Checkpoint, checkpoint_key
from ffnet.training.settings import ExecutionSettings
from ffnet.training.splits import check_disjoint, fold_masks, read_split


class Run(NamedTuple):
    """One run of an experiment."""

    experiment: str
    repeat: int
    fold: int


class FoldScans(NamedTuple):
    """The halves of a collection: positions of the scans that train and of those that are tested, both ascending."""

    train: np.ndarray
    test: np.ndarray


@dataclasses.dataclass(frozen=True)
class Session:
    """How a job computes.

    threads: as Snakemake granted them. code: its hash. resume: the folder of its checkpoints. key: see checkpoint_key.
    inputs: SHA-256 of each input file.
    """

    execution: ExecutionSettings
    threads: int
    code: str
    resume: str
    key: str
    inputs: tuple[str, ...] = ()

    def checkpoint(self, name: object) -> Checkpoint:
        """The Checkpoint of the run of a fold, or of a final model."""
        return Checkpoint(f"{self.resume}/{name}", self.key, self.execution.save_every)


def start_session(
    section: object, threads: int, params: Mapping, inputs: Iterable[str | os.PathLike], resume: str
) -> Session:
    """The Session of a job of Snakemake.

    section: config.yaml's `execution`. params: of the rule, with recipe and code. inputs: paths; checkpoints are valid
    while their content stays the same. resume: folder.
    """
    execution = read_settings(ExecutionSettings, section, "config.yaml: execution")
    hashes = tuple(map(sha256_of, inputs))
    key = checkpoint_key(params["recipe"], params["code"], threads, *hashes)
    return Session(execution, threads, params["code"], resume, key, hashes)


def read_data(shards: str | os.PathLike, split: str | os.PathLike) -> tuple[Samples, dict[str, int]]:
    """The scans of the subjects that take part, and subject -> fold. shards: path of shards.csv. split: path.

    Prints the subjects of whom no scan is left. Raises InputError as the readers of these files do.
    """
    folds = read_split(split)
    collection = read_samples(read_shard_list(shards), folds)
    for subject in sorted(set(folds) - set(collection.subject.tolist())):
        print(f"subject {subject} takes no part: all its scans were left out, see quarantine.csv")
    return collection, folds


def fold_scans(collection: Samples, split: dict[str, int], fold: int) -> FoldScans:
    """The halves of one fold. split: subject -> fold. Raises InputError if a half is empty or a subject is in both."""
    trained, tested = fold_masks(collection.subject, split, fold)
    check_disjoint(collection.subject[trained], collection.subject[tested])
    return FoldScans(np.flatnonzero(trained), np.flatnonzero(tested))
