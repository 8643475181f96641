"""What the Snakefile knows while it plans: which scans each collection has, and which files hold them."""

from dataclasses import asdict, replace
from typing import NamedTuple

from ffnet.demo.plan import Subject, collection_files, find_subject, subject_files_of
from ffnet.errors import InputError
from ffnet.scans.index import files_below, index_scans


class PlannedCollection(NamedTuple):
    """One dataset: its name, its ScanRows, and the shards: name -> ScanRows, sorted by name."""

    name: str
    rows: list
    shards: dict

    def raw_files(self, shard):
        """The raw files that a shard is made from."""
        return [path for row in self.shards[shard] for path in (row.mesh, row.texture) if path]

    def shard_files(self):
        """The files of all shards, ready to train."""
        return [f"results/{self.name}/shards/{shard}.h5" for shard in self.shards]

    def shard_to_draw(self, results):
        """The file of the shard that holds the subject whose maps are drawn. results: ResultsSettings."""
        wanted = results.maps_subjects.get(self.name, self.rows[0].subject)
        return next(f"results/{self.name}/shards/{row.shard}.h5" for row in self.rows if row.subject == wanted)


def run_files(config, dataset, experiment):
    """The predictions of all runs of an experiment."""
    repeats, folds = range(config.experiments[experiment].repeats), range(config.protocol.folds)
    return [f"results/{dataset}/runs/{experiment}/{repeat}/{fold}.csv" for repeat in repeats for fold in folds]


def split_files(config, dataset, experiment):
    """The splits that an experiment uses."""
    return [f"results/{dataset}/splits/{repeat}.csv" for repeat in range(config.experiments[experiment].repeats)]


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
    drawn = config.results.maps_subjects.get(name, rows[0].subject)
    if drawn not in {row.subject for row in rows}:
        raise InputError(f"config.yaml: results.maps_subjects.{name}: there is no subject '{drawn}'")
    shards = {shard: [row for row in rows if row.shard == shard] for shard in sorted({row.shard for row in rows})}
    return PlannedCollection(name, rows, shards)
