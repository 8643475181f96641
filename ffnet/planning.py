"""What the Snakefile knows while it plans: which scans each collection has, and which files hold them."""

from typing import NamedTuple

from ffnet.demo.plan import collection_files
from ffnet.errors import InputError
from ffnet.scans.index import files_below, index_scans


class PlannedCollection(NamedTuple):
    """rows: its ScanRows. shards: shard name -> its ScanRows, sorted by name."""

    rows: list
    shards: dict

    def files(self, shard):
        """The raw files that a shard is made from."""
        return [path for row in self.shards[shard] for path in (row.mesh, row.texture) if path]


def plan_collection(name, config):
    """The PlannedCollection of config.datasets[name].

    The demo collection's files are known before they are made; any other collection's are those on disk.
    Raises InputError if the folder is missing or holds no expression scan of the layout.
    """
    dataset = config.datasets[name]
    if dataset.folder == f"{config.demo.folder}/{dataset.layout}":
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
