"""The runs that config.yaml's section `cross` asks for, and their files."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ffnet.config import Config
from ffnet.errors import InputError
from ffnet.scans.index import ScanRow
from ffnet.training.cross_pairs import class_names
from ffnet.training.participants import chosen_subjects
from ffnet.training.settings import CrossPair
from ffnet.workflow import files
from ffnet.workflow.planning import expected_participants


class PlannedCross(NamedTuple):
    """The runs of one experiment on one pair, a field of ffnet.results.cross_runs.CrossRuns each.

    classes: those of the training collection, which the predictions have. same_layout: of both collections.
    architecture: the fields of ffnet.results.tables.paper.Architecture. predictions: a file for each repeat.
    """

    train: str
    test: str
    experiment: str
    classes: tuple[str, ...]
    same_layout: bool
    architecture: tuple[str, str, str, str]
    predictions: tuple[str, ...]

    @property
    def records(self) -> tuple[str, ...]:
        """The record beside each of the predictions."""
        return tuple(path.removesuffix(".csv") + ".json" for path in self.predictions)


def crossed_experiments(config: Config) -> tuple[str, ...]:
    """The experiments that are tested across collections; none without pairs."""
    return config.cross.experiments if config.cross.pairs else ()


def cross_repeats(config: Config, experiment: str) -> range:
    """The repeats of an experiment on a pair. The linear floor has no seed, so that another one would be the same."""
    return range(1 if config.experiments[experiment].is_ridge else config.cross.repeats)


def planned_crosses(config: Config) -> list[PlannedCross]:
    """All pairs with all experiments, in the order of config.yaml."""
    return [planned_cross(config, pair, name) for pair in config.cross.pairs for name in config.cross.experiments]


def planned_cross(config: Config, pair: CrossPair, experiment: str) -> PlannedCross:
    """The PlannedCross of one experiment on one pair."""
    row, train, test = config.experiments[experiment], config.datasets[pair.train], config.datasets[pair.test]
    names = {"train": pair.train, "dataset": pair.test, "experiment": experiment}
    return PlannedCross(
        train=pair.train,
        test=pair.test,
        experiment=experiment,
        classes=train.classes,
        same_layout=train.layout == test.layout,
        architecture=(row.depth, row.normals, row.texture, row.masks),
        predictions=tuple(files.CROSS.format(repeat=repeat, **names) for repeat in cross_repeats(config, experiment)),
    )


def check_people_apart(config: Config, rows: Mapping[str, Sequence[ScanRow]]) -> None:
    """Raises InputError if somebody takes part in both collections of a pair, by what is known before any scan is read.
    rows: of each dataset's manifest. Runs check it again, by who takes part then."""
    for pair in config.cross.pairs:
        if config.datasets[pair.train].layout == config.datasets[pair.test].layout:
            train, test = (
                set(chosen_subjects(expected_participants(config, name, rows[name])))
                for name in (pair.train, pair.test)
            )
            if train & test:
                also = " and set protocol.redraw: false, which a list needs" if config.protocol.redraw else ""
                raise InputError(
                    f"config.yaml: cross.pairs: {pair.train} and {pair.test}: {len(train & test)} people take part in"
                    f" both, {min(train & test)} among them, so that their scans would not be new; name other people"
                    f" for one of them in protocol.subject_lists{also}, or remove the pair"
                )


def cross_params(config: Config, train: str, test: str) -> dict[str, object]:
    """What runs on a pair depend on beside the recipe: names and same_layout of ffnet.training.evaluation.CrossRun."""
    of, to = config.datasets[train], config.datasets[test]
    names = class_names(of.classes, to.classes, config.cross.classes)
    return {"names": names, "same_layout": of.layout == to.layout}


def trained_files(config: Config, dataset: str, experiment: str, repeat: int) -> list[str]:
    """What a run reads of the collection that trained: the model's file; for the linear floor, shards.csv and split."""
    if config.experiments[experiment].is_ridge:
        return [files.SHARD_HASHES.format(dataset=dataset), files.SPLIT.format(dataset=dataset, repeat=0)]
    return [model_file(dataset, experiment, repeat)]


def model_file(dataset: str, experiment: str, repeat: int) -> str:
    """The network of a repeat. The first is the final model."""
    pattern = files.MODEL_REPEAT if repeat else files.MODEL
    return pattern.format(dataset=dataset, experiment=experiment, repeat=repeat)


def trainings(config: Config) -> Iterator[tuple[str, str, int]]:
    """(dataset, experiment, repeat) of every network that the pairs need; one network is tested on all that its
    collection is paired with."""
    for dataset in dict.fromkeys(pair.train for pair in config.cross.pairs):
        for name in config.cross.experiments:
            if not config.experiments[name].is_ridge:
                yield from ((dataset, name, repeat) for repeat in cross_repeats(config, name))
