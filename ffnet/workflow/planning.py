"""What the Snakefile knows while it plans: which scans each collection has, and which files hold them."""

import os
from dataclasses import asdict, replace
from typing import NamedTuple

from ffnet.config import Config
from ffnet.demo.roster import Subject, collection_files, find_subject, subject_files_of
from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.networks.settings import networks_of
from ffnet.results.settings import ResultsSettings
from ffnet.scans.index import ScanRow, files_below, index_scans
from ffnet.scans.scan_list import read_scan_list
from ffnet.scans.settings import DatasetSettings, check_classes
from ffnet.training.settings import run_settings
from ffnet.workflow import files


class PlannedDataset(NamedTuple):
    """One dataset.

    rows: ScanRows. shards: name -> ScanRows, sorted by name. skipped: how many scans are not taken, by kind.
    missing: the paths in rows that are not on disk, as only one's own list can name them.
    """

    name: str
    rows: list[ScanRow]
    shards: dict[str, list[ScanRow]]
    skipped: dict[str, int]
    missing: frozenset[str]

    def raw_files(self, shard: str) -> list[str]:
        """The raw files that a shard is made from: those that are there, for the others end in quarantine.csv."""
        paths = [path for row in self.shards[shard] for path in (row.mesh, row.texture, row.landmarks) if path]
        return [path for path in paths if path not in self.missing]

    def shard_files(self, stage: str = "shards") -> list[str]:
        """The files of all shards, those ready to train or those of an earlier stage."""
        return [files.STAGE.format(dataset=self.name, stage=stage, shard=shard) for shard in self.shards]

    def shard_to_draw(self, results: ResultsSettings) -> str:
        """The file of the shard that holds the subject whose maps are drawn. results: ResultsSettings."""
        wanted = results.maps_subjects.get(self.name, self.rows[0].subject)
        shard = next(row.shard for row in self.rows if row.subject == wanted)
        return files.STAGE.format(dataset=self.name, stage="shards", shard=shard)


def run_files(config: Config, dataset: str, experiment: str) -> list[str]:
    """The predictions of all runs of an experiment."""
    repeats, folds = range(config.experiments[experiment].repeats), range(config.protocol.folds)
    return [
        files.RUN.format(dataset=dataset, experiment=experiment, repeat=repeat, fold=fold)
        for repeat in repeats
        for fold in folds
    ]


def split_files(config: Config, dataset: str, experiment: str) -> list[str]:
    """The splits that an experiment uses."""
    return [
        files.SPLIT.format(dataset=dataset, repeat=repeat) for repeat in range(config.experiments[experiment].repeats)
    ]


def pretrained_files(config: Config, experiment: str) -> list[str]:
    """The weights that an experiment's VGG16-BN streams start from: a list of one file, or of none."""
    path = networks_of(config.experiments[experiment], config.networks).pretrained_file
    return [path] if path else []


def fold_settings(config: Config, dataset: str, experiment: str) -> dict:
    """What the runs of an experiment on a dataset depend on, as plain dicts."""
    row, classes = config.experiments[experiment], config.datasets[dataset].classes
    return run_settings(row, config.networks, config.training, config.ridge, classes)


def model_settings(config: Config, dataset: str, experiment: str) -> dict:
    """What a final model depends on and what a prediction with it needs, as plain dicts."""
    row = replace(config.experiments[experiment], repeats=0)  # how often it is tested changes no final model
    told = config.datasets[dataset]
    return run_settings(row, config.networks, config.training, config.ridge, told.classes) | {
        "dataset": dataset,
        "layout": told.layout,
        "synthetic": is_synthetic(dataset, config),
        "preprocessing": asdict(config.preprocessing(told.unit, told.projection)),
    }


PAPER_NAMES = {"bu3dfe": "BU-3DFE", "bosphorus": "Bosphorus"}  # which of the paper's collections a layout stands for


def paper_name(dataset: DatasetSettings) -> str | None:
    """Which of the paper's collections a dataset stands for; None where layout or classes are others."""
    return PAPER_NAMES.get(dataset.layout) if dataset.classes == EXPRESSIONS else None


def is_synthetic(name: str, config: Config) -> bool:
    """Whether a dataset is the generated collection."""
    dataset = config.datasets[name]
    return dataset.folder == f"{config.demo.folder}/{dataset.layout}"


def demo_patterns(config: Config, layout: str) -> list[str]:
    """The raw files of one demo subject with Snakemake's wildcards {subject} and, for BU-3DFE, {ethnicity}."""
    return subject_files_of(config.demo, Subject(layout, 0, "{subject}", "", "{ethnicity}"))


def demo_settings(config: Config, layout: str, subject: str) -> dict:
    """What the files of one demo subject depend on, as a dict: not on how many subjects follow."""
    return asdict(replace(config.demo, subjects=find_subject(config.demo, layout, subject).number + 1))


def plan_dataset(name: str, config: Config) -> PlannedDataset:
    """The PlannedDataset of config.datasets[name].

    The demo collection's files are known before they are made; any other collection's are those on disk or in its list.
    Raises InputError if the folder is missing or holds no expression scan of the layout.
    """
    dataset, where = config.datasets[name], f"config.yaml: datasets.{name}"
    check_classes(dataset, where)
    missing: frozenset[str] = frozenset()
    if dataset.layout == "manifest":
        rows, skipped = read_scan_list(dataset, config.scans, f"{where}.folder")
        paths = {path for row in rows for path in (row.mesh, row.texture) if path}
        missing = frozenset(path for path in paths if not os.path.isfile(path))
    elif is_synthetic(name, config):
        rows, skipped = index_scans(collection_files(config.demo, dataset.layout), dataset, config.scans)
    else:
        rows, skipped = index_scans(files_below(dataset.folder, f"{where}.folder"), dataset, config.scans)
    if not rows:
        others = ", ".join(f"{count} {kind}" for kind, count in skipped.items()) or "none"
        raise InputError(
            f"{where}: no expression scan of the layout '{dataset.layout}' at the intensities "
            f"{list(dataset.intensities)} is in '{dataset.folder}'; other scans there: {others}"
        )
    drawn = config.results.maps_subjects.get(name, rows[0].subject)
    if drawn not in {row.subject for row in rows}:
        raise InputError(f"config.yaml: results.maps_subjects.{name}: there is no subject '{drawn}'")
    shards = {shard: [row for row in rows if row.shard == shard] for shard in sorted({row.shard for row in rows})}
    return PlannedDataset(name, rows, shards, skipped, missing)
