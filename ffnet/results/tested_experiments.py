"""What the tables are made of: the predictions of every experiment on every dataset, and what is known of both."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypedDict

import numpy as np

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.origin import SYNTHETIC
from ffnet.results.predictions import Predictions, read_predictions
from ffnet.results.statistics.accuracy import Accuracy, summarise
from ffnet.results.tables.paper import Architecture
from ffnet.training.participants import read_participants


class PlannedInfo(TypedDict):
    """What config.yaml says of a dataset, see DatasetInfo."""

    paper: str | None
    classes: tuple[str, ...]
    departures: Mapping[str, Sequence[str]]


class DatasetInfo(NamedTuple):
    """What the tables say of a dataset.

    kind: of its scans, see ffnet.origin. paper: one of ffnet.results.tables.paper.DATASETS, or None where the paper has
    no collection of its layout and classes. classes: names. departures: experiment -> in what its settings differ from
    the paper's. expected: subject -> how many scans it has, with those that were left out; empty where that is not
    known.
    """

    kind: str
    paper: str | None
    classes: tuple[str, ...] = EXPRESSIONS
    departures: Mapping[str, Sequence[str]] = {}
    expected: Mapping[str, int] = {}


class Experiment(NamedTuple):
    """One experiment on one dataset."""

    dataset: str
    name: str
    info: DatasetInfo
    architecture: Architecture
    predictions: Predictions
    accuracy: Accuracy

    @property
    def planned(self) -> tuple[int, int]:
        """(repeats, folds)."""
        return self.accuracy.repeats, self.accuracy.folds

    @property
    def departures(self) -> tuple[str, ...]:
        """In what it differs from the paper's experiment."""
        generated = ("generated faces",) if self.info.kind == SYNTHETIC else ()
        return (*generated, *self.info.departures.get(self.name, ()))


def read_datasets(
    planned: Mapping[str, PlannedInfo], kinds: Sequence[str], subjects: Sequence[str | os.PathLike]
) -> dict[str, DatasetInfo]:
    """name -> DatasetInfo. kinds: of the datasets, in their order. subjects: their subjects.csv, which may not exist
    yet. Raises InputError as read_participants does."""
    datasets = {}
    for (name, info), kind, path in zip(planned.items(), kinds, subjects, strict=True):
        everyone = read_participants(path) if os.path.isfile(path) else ()
        expected = {one.subject: one.scans for one in everyone}
        datasets[name] = DatasetInfo(kind, **info, expected=expected)
    return datasets


def by_dataset(datasets: Collection[str], paths: Sequence[str]) -> dict[str, list[str]]:
    """dataset -> its files, from paths that are listed dataset by dataset, as many for each."""
    each = len(paths) // max(len(datasets), 1)
    return {name: list(paths[i * each : (i + 1) * each]) for i, name in enumerate(datasets)}


def read_experiments(
    paths: Mapping[str, Sequence[str | os.PathLike]],
    datasets: Mapping[str, DatasetInfo],
    architectures: Mapping[str, Architecture],
    confidence: float,
) -> list[Experiment]:
    """All Experiments. paths: dataset -> gathered predictions, one file for each of the architectures, whose keys are
    the names of the experiments. confidence: of the intervals.

    Raises InputError where a file is not whole, or where two experiments of a dataset tested different scans.
    """
    experiments = []
    for dataset, info in datasets.items():
        for (name, architecture), path in zip(architectures.items(), paths[dataset], strict=True):
            predictions = read_predictions(path, info.classes)
            accuracy = summarise(predictions, confidence, expected=info.expected)
            experiments.append(Experiment(dataset, name, info, architecture, predictions, accuracy))
    check_same_scans(experiments, [path for dataset in datasets for path in paths[dataset]])
    return experiments


def check_same_scans(experiments: list[Experiment], paths: Iterable[str | os.PathLike]) -> None:
    """Raises InputError that names the file of an Experiment whose scans in a repeat are not those of the first of the
    dataset that has the repeat."""
    first: dict[tuple[str, int], tuple[str | os.PathLike, set[str]]] = {}
    for experiment, path in zip(experiments, paths, strict=True):
        tested = experiment.predictions
        for repeat in np.unique(tested.repeat).tolist():
            scans = set(tested.scan[tested.repeat == repeat].tolist())
            other, expected = first.setdefault((experiment.dataset, repeat), (path, scans))
            if scans != expected:
                raise InputError(
                    f"{path}: {len(scans)} scans were tested, {len(expected)} in {other}, in repeat {repeat}; the"
                    f" first that differs is {min(scans ^ expected)}; delete the runs of the incomplete one and run"
                    " again"
                )
