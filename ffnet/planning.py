"""What the Snakefile knows while it plans: which scans each collection has, and which files hold them."""

from dataclasses import asdict, replace
from typing import NamedTuple

from ffnet.demo.plan import Subject, collection_files, find_subject, subject_files_of
from ffnet.errors import InputError
from ffnet.scans.index import files_below, index_scans


class PlannedCollection(NamedTuple):
    """rows: its ScanRows. shards: shard name -> its ScanRows, sorted by name."""

    rows: list
    shards: dict

    def files(self, shard):
        """The raw files that a shard is made from."""
        return [path for row in self.shards[shard] for path in (row.mesh, row.texture) if path]


PAPER_NAMES = {"bu3dfe": "BU-3DFE", "bosphorus": "Bosphorus"}  # which of the paper's collections a layout stands for


def is_synthetic(name, config):
    """Whether a dataset is the generated collection."""
    dataset = config.datasets[name]
    return dataset.folder == f"{config.demo.folder}/{dataset.layout}"


def demo_patterns(config, layout):
    """The raw files of one demo subject with Snakemake's wildcards {subject} and, for BU-3DFE, {ethnicity}."""
    return subject_files_of(config.demo, Subject(layout, 0, "{subject}", "", "{ethnicity}"))


def demo_settings(config, layout, subject):
    """What the files of one demo subject depend on, as a dict: not on how many subjects follow."""
    return asdict(replace(config.demo, subjects=find_subject(config.demo, layout, subject).number + 1))


def plan_collection(name, config):
    """The PlannedCollection of config.datasets[name].

    The demo collection's files are known before they are made; any other collection's are those on disk.
    Raises InputError if the folder is missing or holds no expression scan of the layout.
    """
    dataset = config.datasets[name]
    if is_synthetic(name, config):
        paths = collection_files(config.demo, dataset.layout)
    else:
        paths = files_below(dataset.folder, f"config.yaml: datasets.{name}.folder")
    rows = index_scans(paths, dataset.layout, dataset.intensities, config.scans.shards)
    if not rows:
        raise InputError(
            f"config.yaml: datasets.{name}: no expression scan of the layout '{dataset.layout}' at the intensities "
            f"{list(dataset.intensities)} is among the {len(paths)} files below '{dataset.folder}'"
        )
    shards = {shard: [row for row in rows if row.shard == shard] for shard in sorted({row.shard for row in rows})}
    return PlannedCollection(rows, shards)
