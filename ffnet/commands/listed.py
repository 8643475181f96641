"""What one's own lists, the manifest.csv of datasets with layout `manifest`, say of single files."""

import os
from typing import NamedTuple

from ffnet.config import Config
from ffnet.errors import InputError
from ffnet.scans.index import ScanRow
from ffnet.scans.scan_list import list_scans
from ffnet.scans.settings import DatasetSettings


class Listed(NamedTuple):
    """scans: absolute path of a mesh -> (DatasetSettings, ScanRow). unread: absolute path of a collection's folder ->
    why its list is of no use."""

    scans: dict[str, tuple[DatasetSettings, ScanRow]]
    unread: dict[str, str]

    def reasons_for(self, file: str) -> list[str]:
        """Why the lists of the folders above a file are of no use."""
        path = os.path.abspath(file)
        return [reason for folder, reason in self.unread.items() if path.startswith(folder + os.sep)]


def read_lists(config: Config) -> Listed:
    """The Listed of a Config."""
    listed = Listed({}, {})
    for name, dataset in config.datasets.items():
        if dataset.layout == "manifest":
            try:
                for row in list_scans(dataset, config.scans, f"config.yaml: datasets.{name}.folder"):
                    listed.scans.setdefault(os.path.abspath(row.mesh), (dataset, row))
            except InputError as error:
                listed.unread[os.path.abspath(dataset.folder)] = str(error)
    return listed
