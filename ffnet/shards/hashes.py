"""shards.csv: a hash of the network inputs in each shard. It is the one input that runs have from all shards."""

import hashlib
import os
from collections.abc import Sequence

import numpy as np

from ffnet.errors import InputError
from ffnet.shards.samples import Samples, read_shard
from ffnet.storage import read_table

COLUMNS = ("file", "sha256")
BLOCK = 64  # scans that are copied at a time


def data_hash(collection: Samples, *parts: np.ndarray) -> str:
    """SHA-256 over names, types, shapes and values of all columns.

    parts: arrays of positions whose scans are hashed one part after another, as if each were a collection of its own;
    without any, all scans.
    """
    digest = hashlib.sha256()
    for part in parts or (np.arange(len(collection.scan)),):
        for name, column in zip(collection._fields, collection, strict=True):
            digest.update(f"{name} {column.dtype.str} {(len(part), *column.shape[1:])}".encode())
            for start in range(0, len(part), BLOCK):
                digest.update(column[part[start : start + BLOCK]].reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def shard_list(paths: Sequence[str | os.PathLike]) -> str:
    """The text of shards.csv. Raises InputError if a shard file is damaged."""
    return "".join(
        ",".join(row) + "\n" for row in (COLUMNS, *((str(path), data_hash(read_shard(path))) for path in paths))
    )


def read_shard_list(path: str | os.PathLike) -> list[str]:
    """The shard files that shards.csv lists. Raises InputError if it is damaged or one of them is missing."""
    files = [file for file, _ in read_table(path, COLUMNS)]
    missing = [file for file in files if not os.path.isfile(file)]
    if missing:
        raise InputError(
            f"{missing[0]}: listed in {path}, but missing; make it again with 'snakemake --cores all shards'"
        )
    return files
