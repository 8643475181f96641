"""A training job: which runs it trains, on which scans, and how it computes."""

import dataclasses
import os
import platform
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.settings import read_settings
from ffnet.shards.hashes import read_shard_list
from ffnet.shards.samples import Samples, read_samples
from ffnet.storage import sha256_of
from ffnet.training.checkpoint import Checkpoint, checkpoint_key
from ffnet.training.recipe import NOBODY, Recipe, ValidationDraw, recipe_values
from ffnet.training.settings import ExecutionSettings
from ffnet.training.splits import check_disjoint, fold_masks, read_split, validation_subjects


class Run(NamedTuple):
    """One run of an experiment."""

    experiment: str
    repeat: int
    fold: int


class FoldScans(NamedTuple):
    """The parts of a collection in a run: ascending positions of the scans that train, of those that are tested, and of
    those that the training is watched on, of which there may be none."""

    train: np.ndarray
    test: np.ndarray
    validation: np.ndarray

    @property
    def used(self) -> list[np.ndarray]:
        """The parts that have scans."""
        return [part for part in self if len(part)]


@dataclasses.dataclass(frozen=True)
class Session:
    """How a job computes.

    threads: as Snakemake granted them. code: its hash. resume: the folder of its checkpoints. key: see checkpoint_key.
    inputs: SHA-256 of each input file. keeps_features: whether the features of its runs are kept.
    """

    execution: ExecutionSettings
    threads: int
    code: str
    resume: str
    key: str
    inputs: tuple[str, ...] = ()
    keeps_features: bool = False

    def made_by(self, recipe: Recipe) -> dict[str, Any]:
        """Those fields of a Record that say what made it, whatever run it was."""
        return {
            "code": self.code,
            "inputs": self.inputs,
            "settings": recipe_values(recipe),
            "threads": self.threads,
            "python": platform.python_version(),
            "numpy": np.__version__,
        }

    def checkpoint(self, name: object) -> Checkpoint:
        """The Checkpoint of the run of a fold, or of a final model."""
        return Checkpoint(f"{self.resume}/{name}", self.key, self.execution.save_every, self.keeps_features)


def start_session(
    section: object,
    threads: int,
    params: Mapping,
    inputs: Iterable[str | os.PathLike],
    resume: str,
    keeps_features: bool = False,
) -> Session:
    """The Session of a job of Snakemake.

    section: config.yaml's `execution`. params: of the rule, with recipe and code. inputs: paths; checkpoints are valid
    while their content stays the same. resume: folder. keeps_features: see Session.
    """
    execution = read_settings(ExecutionSettings, section, "config.yaml: execution")
    hashes = tuple(map(sha256_of, inputs))
    key = checkpoint_key(params["recipe"], params["code"], threads, *hashes)
    return Session(execution, threads, params["code"], resume, key, hashes, keeps_features)


def read_data(shards: str | os.PathLike, split: str | os.PathLike) -> tuple[Samples, dict[str, int]]:
    """The scans of the subjects that take part, and subject -> fold. shards: path of shards.csv. split: path.

    Prints the subjects of whom no scan is left. Raises InputError as the readers of these files do.
    """
    folds = read_split(split)
    collection = read_samples(read_shard_list(shards), folds)
    for subject in sorted(set(folds) - set(collection.subject.tolist())):
        print(f"subject {subject} takes no part: all its scans were left out, see quarantine.csv")
    return collection, folds


def fold_scans(
    collection: Samples, split: dict[str, int], fold: int, watched: ValidationDraw = NOBODY, repeat: int = 0
) -> FoldScans:
    """The parts of one fold. split: subject -> fold. watched: how validation subjects are drawn from the training half.

    Raises InputError if a part is empty or a subject is in two of them.
    """
    trained, tested = fold_masks(collection.subject, split, fold)
    subjects = [name for name, number in split.items() if number != fold]
    held_out = validation_subjects(subjects, watched.subjects, watched.seed, repeat, fold)
    validated = trained & np.isin(collection.subject, held_out)
    trained &= ~validated
    parts = {"training half": trained, "test half": tested, "validation part": validated}
    check_disjoint({name: collection.subject[part] for name, part in parts.items()})
    if not trained.any() or validated.any() != (watched.subjects > 0):
        raise InputError(
            f"fold {fold}: protocol.validation is {watched.subjects}, which leaves {trained.sum()} scans to train on"
            f" and {validated.sum()} for validation; change protocol.validation"
        )
    return FoldScans(*map(np.flatnonzero, parts.values()))
