"""Scan files that a user's own list names: the manifest.csv of a dataset with layout `manifest`."""

import os
from typing import NamedTuple

from ffnet.config import Config
from ffnet.errors import InputError
from ffnet.scans.index import ScanRow
from ffnet.scans.scan_list import list_scans
from ffnet.scans.settings import DatasetSettings


class ListedScans(NamedTuple):
    """scans: absolute path of a mesh -> its dataset and its row. unusable: absolute path of a dataset's folder -> why
    its list cannot be used."""

    scans: dict[str, tuple[DatasetSettings, ScanRow]]
    unusable: dict[str, str]

    def reasons_for(self, file: str) -> list[str]:
        """Why the lists in the folders above a file cannot be used."""
        path = os.path.abspath(file)
        return [reason for folder, reason in self.unusable.items() if path.startswith(folder + os.sep)]


def read_lists(config: Config) -> ListedScans:
    """Reads the lists of all datasets of a Config."""
    listed = ListedScans({}, {})
    for name, dataset in config.datasets.items():
        if dataset.layout == "manifest":
            try:
                for row in list_scans(dataset, config.scans, f"config.yaml: datasets.{name}.folder"):
                    listed.scans.setdefault(os.path.abspath(row.mesh), (dataset, row))
            except InputError as error:
                listed.unusable[os.path.abspath(dataset.folder)] = str(error)
    return listed
