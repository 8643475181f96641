"""Predictions from the features of a network's runs, as they are and moved onto the test features."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.results.predictions import Predictions, gather_runs
from ffnet.results.statistics.accuracy import summarise
from ffnet.results.tested_experiments import Experiment

SAME = ("repeat", "fold", "scan", "subject", "label")


class MovedRuns(NamedTuple):
    """The files of one experiment on one dataset; see ffnet.workflow.transport_plan.PlannedTransport."""

    dataset: str
    experiment: str
    unmoved: Sequence[str]
    moved: Sequence[str]


class Transported(NamedTuple):
    """A network, and the ridge classifier on the features of its runs, before and after transport: Experiments on the
    same test folds."""

    network: Experiment
    unmoved: Experiment
    moved: Experiment


def read_transports(
    planned: Iterable[MovedRuns], experiments: Sequence[Experiment], confidence: float
) -> list[Transported]:
    """All Transported. experiments: the networks are among them. Raises InputError as gather_runs does, and where other
    scans were tested than the network's."""
    found = {(one.dataset, one.name): one for one in experiments}
    transports = []
    for dataset, name, *paths in planned:
        network = found[dataset, name]
        names = f"ridge on the features of {name}", f"ridge on the moved features of {name}"
        parts = [_experiment(network, *of, confidence) for of in zip(names, paths, strict=True)]
        transports.append(Transported(network, *parts))
    return transports


def ridges(transports: Iterable[Transported]) -> list[Experiment]:
    """The Experiments that are not the networks."""
    return [one for _, *of in transports for one in of]


def _experiment(network: Experiment, name: str, paths: Sequence[str], confidence: float) -> Experiment:
    predictions = gather_runs(paths, network.info.classes)
    if not _same_scans(predictions, network.predictions):
        raise InputError(
            f"{paths[0]} and the others of {name}: expected the scans that the runs of {network.name} tested, found"
            " others; delete them and run again"
        )
    accuracy = summarise(predictions, confidence, expected=network.info.expected)
    return network._replace(name=name, predictions=predictions, accuracy=accuracy)


def _same_scans(one: Predictions, other: Predictions) -> bool:
    return all(np.array_equal(getattr(one, column), getattr(other, column)) for column in SAME)
