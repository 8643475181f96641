"""shards.csv: a hash of what networks get from each shard. For the runs of a dataset it stands for all its shards."""

import hashlib
import os
from collections.abc import Sequence

import numpy as np

from ffnet.errors import InputError
from ffnet.shards.samples import Samples, read_shard
from ffnet.storage import read_table

COLUMNS = ("file", "sha256")


def data_hash(*collections: Samples) -> str:
    """SHA-256 over names, types, shapes and values of all columns."""
    digest = hashlib.sha256()
    for collection in collections:
        for name, column in zip(collection._fields, collection, strict=True):
            digest.update(f"{name} {column.dtype.str} {column.shape}".encode())
            digest.update(np.ascontiguousarray(column).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def shard_list(paths: Sequence[str | os.PathLike]) -> str:
    """Text of shards.csv for shard files. Raises InputError if one is not whole."""
    return "".join(
        ",".join(row) + "\n" for row in (COLUMNS, *((str(path), data_hash(read_shard(path))) for path in paths))
    )


def read_shard_list(path: str | os.PathLike) -> list[str]:
    """The shard files that shards.csv lists. Raises InputError if it is not whole or one of them is gone."""
    files = [file for file, _ in read_table(path, COLUMNS)]
    gone = [file for file in files if not os.path.isfile(file)]
    if gone:
        raise InputError(
            f"{gone[0]}: {path} lists this shard, and it is gone; make it again with 'snakemake --cores all shards'"
        )
    return files
