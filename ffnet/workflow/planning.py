"""The plan of the workflow: the scans of each dataset, their shards, and the paths of results."""

import functools
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import NamedTuple

from ffnet.config import Config
from ffnet.demo.roster import Subject, collection_files, find_subject, subject_files_of
from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.networks.settings import networks_of
from ffnet.results.settings import ResultsSettings
from ffnet.scans.beside import files_in, image_beside
from ffnet.scans.index import ScanRow, files_below, index_scans
from ffnet.scans.scan_list import read_scan_list
from ffnet.scans.settings import DatasetSettings, check_classes
from ffnet.training.participants import Participant, choose_participants, list_participants
from ffnet.training.recipe import ModelSource, NetworkRecipe, Recipe, RidgeRecipe, ValidationDraw
from ffnet.workflow import files


class PlannedDataset(NamedTuple):
    """The scans of one dataset.

    shards: name -> its rows, sorted by name. skipped: kind -> number of scans that are not used. missing: paths in rows
    that do not exist, which can occur only with layout `manifest`.
    """

    name: str
    rows: list[ScanRow]
    shards: dict[str, list[ScanRow]]
    skipped: dict[str, int]
    missing: frozenset[str]

    def raw_files(self, shard: str) -> list[str]:
        """The raw files of a shard that exist; scans whose files are missing end up in quarantine.csv."""
        return self.files_of(self.shards[shard])

    def files_of(self, rows: Iterable[ScanRow]) -> list[str]:
        """The raw files of some scans that exist."""
        folders = functools.cache(files_in)
        paths = []
        for row in rows:
            beside = row.texture or image_beside(row.mesh, folders(os.path.dirname(row.mesh)))  # see find_texture
            paths += [path for path in (row.mesh, beside, row.landmarks) if path]
        return [path for path in paths if path not in self.missing]

    def shard_files(self, stage: str = "shards") -> list[str]:
        """The files of all shards, ready to train or from an earlier stage."""
        return [files.STAGE.format(dataset=self.name, stage=stage, shard=shard) for shard in self.shards]

    def shard_to_draw(self, results: ResultsSettings) -> str:
        """The shard with the subject whose maps are drawn."""
        wanted = results.maps_subjects.get(self.name, self.rows[0].subject)
        shard = next(row.shard for row in self.rows if row.subject == wanted)
        return files.STAGE.format(dataset=self.name, stage="shards", shard=shard)


def run_files(config: Config, dataset: str, experiment: str) -> list[str]:
    """The prediction files of all runs of an experiment."""
    repeats, folds = range(config.experiments[experiment].repeats), range(config.protocol.folds)
    return [
        files.RUN.format(dataset=dataset, experiment=experiment, repeat=repeat, fold=fold)
        for repeat in repeats
        for fold in folds
    ]


def split_files(config: Config, dataset: str, experiment: str) -> list[str]:
    """The split files that an experiment uses, one per repeat."""
    return [
        files.SPLIT.format(dataset=dataset, repeat=repeat) for repeat in range(config.experiments[experiment].repeats)
    ]


def expected_participants(config: Config, dataset: str, rows: Sequence[ScanRow]) -> list[Participant]:
    """Who takes part in a dataset if every scan can be used: what is known before any is read. Where each repeat draws
    its own subjects, those of the first. Raises InputError as choose_participants does."""
    everyone = list_participants(rows, (), config.datasets[dataset])
    return choose_participants(everyone, dataset, config.protocol)


def count_splits(config: Config) -> int:
    """How many splits each dataset has: one for each repeat, and one that names who takes part where whole collections
    train."""
    return max(*(row.repeats for row in config.experiments.values()), int(bool(config.cross.pairs)), 0)


def count_draws(config: Config) -> int:
    """In how many repeats subjects are drawn: 1 where all repeats have the same."""
    return max(count_splits(config), 1) if config.protocol.redraw else 1


def is_redrawn(config: Config, experiment: str) -> bool:
    """Whether the repeats of an experiment test other people than each other."""
    return config.protocol.redraw and config.experiments[experiment].repeats > 1


def pretrained_files(config: Config, experiment: str) -> list[str]:
    """The file of weights that an experiment's VGG16-BN streams start from, as a list of one or none."""
    path = networks_of(config.experiments[experiment], config.networks).pretrained_file
    return [path] if path else []


def experiment_recipe(config: Config, dataset: str, experiment: str) -> Recipe:
    """All that an experiment's runs and final model on a dataset depend on; how many repeats there are is no part."""
    classes = config.datasets[dataset].classes
    row = replace(config.experiments[experiment], repeats=0)
    if row.is_ridge:
        return RidgeRecipe(classes, row, config.ridge)
    networks, execution = networks_of(row, config.networks), config.execution
    watched = ValidationDraw(config.protocol.validation, config.protocol.seed)
    how = config.shards.texture, config.training, watched
    return NetworkRecipe(classes, row, networks, *how, execution.device, execution.threads, execution.gpu_step)


def model_source(config: Config, dataset: str) -> ModelSource:
    """What a final model says of the dataset that it is trained on."""
    chosen = config.datasets[dataset]
    preprocessing = config.preprocessing(chosen.unit, chosen.projection)
    return ModelSource(dataset, chosen.layout, preprocessing)


PAPER_NAMES = {"bu3dfe": "BU-3DFE", "bosphorus": "Bosphorus"}  # layout -> the paper's name of the collection


def paper_name(dataset: DatasetSettings) -> str | None:
    """The paper's name of a dataset's collection; None if the layout or the classes differ from the paper's."""
    return PAPER_NAMES.get(dataset.layout) if dataset.classes == EXPRESSIONS else None


def is_demo(name: str, config: Config) -> bool:
    """Whether a dataset's folder is the one that the workflow generates the demo collection in."""
    dataset = config.datasets[name]
    return os.path.abspath(dataset.folder) == os.path.abspath(f"{config.demo.folder}/{dataset.layout}")


def demo_patterns(config: Config, layout: str) -> list[str]:
    """The raw files of a demo subject, with Snakemake's wildcards {subject} and, for BU-3DFE, {ethnicity}."""
    return subject_files_of(config.demo, Subject(layout, 0, "{subject}", "", "{ethnicity}"))


def demo_settings(config: Config, layout: str, subject: str) -> dict:
    """The settings that a demo subject's files depend on; the number of subjects after it is not among them."""
    return asdict(replace(config.demo, subjects=find_subject(config.demo, layout, subject).number + 1))


def plan_dataset(name: str, config: Config) -> PlannedDataset:
    """The PlannedDataset of config.datasets[name].

    The files of the demo collection are known before they are generated; those of any other are found on disk or in its
    manifest.csv. Raises InputError if the folder is missing or has no expression scan of the layout.
    """
    dataset, where = config.datasets[name], f"config.yaml: datasets.{name}"
    check_classes(dataset, where)
    missing: frozenset[str] = frozenset()
    if dataset.layout == "manifest":
        rows, skipped = read_scan_list(dataset, config.scans, f"{where}.folder")
        paths = {path for row in rows for path in (row.mesh, row.texture) if path}
        missing = frozenset(path for path in paths if not os.path.isfile(path))
    elif is_demo(name, config):
        rows, skipped = index_scans(collection_files(config.demo, dataset.layout), dataset, config.scans)
    else:
        rows, skipped = index_scans(files_below(dataset.folder, f"{where}.folder"), dataset, config.scans)
    if not rows:
        others = ", ".join(f"{count} {kind}" for kind, count in skipped.items()) or "none"
        raise InputError(
            f"{where}: found no expression scan of the layout '{dataset.layout}' at the intensities "
            f"{list(dataset.intensities)} in '{dataset.folder}'; other scans there: {others}"
        )
    drawn = config.results.maps_subjects.get(name, rows[0].subject)
    if drawn not in {row.subject for row in rows}:
        raise InputError(f"config.yaml: results.maps_subjects.{name}: there is no subject '{drawn}'")
    shards = {shard: [row for row in rows if row.shard == shard] for shard in sorted({row.shard for row in rows})}
    return PlannedDataset(name, rows, shards, skipped, missing)
