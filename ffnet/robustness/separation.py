"""Are the scans that are tested new to the networks?"""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from ffnet.errors import InputError
from ffnet.results.audit.leakage import HASH_COLUMNS, ScanHash
from ffnet.storage import read_table
from ffnet.training.cross_pairs import check_new_people


def check_strangers(headers: Iterable[Mapping[str, Any]], layout: str, subjects: Iterable[str]) -> None:
    """Raises InputError if a final model was trained on one of these subjects. headers: of the model files. layout: of
    the subjects' collection."""
    names = list(subjects)
    for header in headers:
        check_new_people(header["name"], header["trained_on"]["names"], names, header["layout"] == layout)


def check_separate(train_hashes: str | os.PathLike, test_hashes: str | os.PathLike, train: str, test: str) -> None:
    """Raises InputError if a scan of one dataset has the content of one of the other, whatever their names.

    train_hashes, test_hashes: hashes.csv of the datasets of these names.
    """
    trained, tested = (
        [ScanHash(*row) for row in read_table(path, HASH_COLUMNS)] for path in (train_hashes, test_hashes)
    )
    known = {row.sha256: row.scan for row in trained}
    both = [(row.scan, known[row.sha256]) for row in tested if row.sha256 in known]
    if both:
        scan, same = both[0]
        raise InputError(
            f"{len(both)} scans of {test} have the content of scans that the networks were trained on: {scan} is"
            f" {same} of {train}; test other people's scans"
        )
