"""The files of config.yaml's section `transport`."""

from typing import NamedTuple

from ffnet.config import Config
from ffnet.workflow import files


class PlannedTransport(NamedTuple):
    """An experiment on a dataset whose features are moved, a field of ffnet.results.transported.MovedRuns each: the
    predictions of all its runs, by ridge on the features as they are and on the moved ones."""

    dataset: str
    experiment: str
    unmoved: tuple[str, ...]
    moved: tuple[str, ...]


def planned_transports(config: Config) -> list[PlannedTransport]:
    """All datasets with all experiments of the section, in the order of config.yaml."""
    return [
        PlannedTransport(dataset, name, *(moved_files(config, dataset, name, which) for which in ("unmoved", "moved")))
        for dataset in config.datasets
        for name in config.transport.experiments
    ]


def moved_files(config: Config, dataset: str, experiment: str, which: str) -> tuple[str, ...]:
    """The prediction files of all runs of an experiment. which: moved or unmoved."""
    pattern = {"unmoved": files.UNMOVED, "moved": files.MOVED}[which]
    return tuple(
        pattern.format(dataset=dataset, experiment=experiment, repeat=repeat, fold=fold)
        for repeat in range(config.experiments[experiment].repeats)
        for fold in range(config.protocol.folds)
    )
