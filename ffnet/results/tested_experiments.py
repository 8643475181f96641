"""What the tables are made of: the predictions of every experiment on every dataset, and what is known of both."""

import os
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.results.predictions import Predictions, read_predictions
from ffnet.results.statistics.accuracy import Accuracy, summarise
from ffnet.results.tables.paper import Network


class DatasetInfo(NamedTuple):
    """What the tables must say of a dataset: whether it was generated, and which of the paper's it stands for.

    paper: one of ffnet.results.tables.paper.DATASETS, or None where the paper has no such collection. classes: names.
    """

    synthetic: bool
    paper: str | None
    classes: tuple = EXPRESSIONS

    @property
    def kind(self) -> str:
        """The word for it in every table."""
        return "synthetic" if self.synthetic else "licensed"


class Experiment(NamedTuple):
    """One experiment on one dataset."""

    dataset: str
    name: str
    collection: DatasetInfo
    network: Network
    predictions: Predictions
    accuracy: Accuracy

    @property
    def planned(self) -> tuple[int, int]:
        """(repeats, folds) that were asked for."""
        return self.accuracy.repeats, self.accuracy.folds

    @property
    def runs_text(self) -> str:
        """Repeats x folds, and how many of these runs there are where some are missing."""
        repeats, folds = self.planned
        missing = self.accuracy.runs < repeats * folds
        return f"{self.accuracy.runs} of {repeats} x {folds}" if missing else f"{repeats} x {folds}"


def read_experiments(
    paths: Sequence[str | os.PathLike],
    collections: dict[str, DatasetInfo],
    networks: dict[str, Network],
    confidence: float,
) -> list[Experiment]:
    """Experiments from the files results/{dataset}/predictions/{experiment}.csv, in the order given.

    collections: dataset -> DatasetInfo. networks: experiment -> Network. confidence: of the intervals.
    Raises InputError where a file is not whole, or where two experiments of a dataset tested different scans.
    """
    experiments = []
    for path in map(pathlib.Path, paths):
        dataset, name = path.parent.parent.name, path.stem
        predictions = read_predictions(path, collections[dataset].classes)
        accuracy = summarise(predictions, confidence)
        experiments.append(Experiment(dataset, name, collections[dataset], networks[name], predictions, accuracy))
    check_same_scans(experiments, paths)
    return experiments


def check_same_scans(experiments: list[Experiment], paths: Sequence[str | os.PathLike]) -> None:
    """Raises InputError that names the file of an Experiment whose scans are not those of the dataset's first."""
    first: dict[str, tuple[str | os.PathLike, set[str]]] = {}
    for experiment, path in zip(experiments, paths, strict=True):
        scans = set(experiment.predictions.scan.tolist())
        other, expected = first.setdefault(experiment.dataset, (path, scans))
        if scans != expected:
            raise InputError(
                f"{path}: {len(scans)} scans were tested, {len(expected)} in {other}; the first that differs is "
                f"{min(scans ^ expected)}; delete the runs of the one that is not whole and run again"
            )
