"""Reading the shards of a collection for training."""

import os
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.storage import read_stage


class Samples(NamedTuple):
    """Scans ready for a network, sorted by name; the first axis of every array is the scan."""

    scan: np.ndarray
    """(n,) str"""
    subject: np.ndarray
    """(n,) str"""
    label: np.ndarray
    """(n,) int64, index into the classes of the dataset"""
    intensity: np.ndarray
    """(n,) int64"""
    depth: np.ndarray
    """(n, 112, 112) float32 in [0, 1], 0 off the face"""
    normals: np.ndarray
    """(n, 112, 112, 3) float32 in [-1, 1], 0 off the face"""
    texture: np.ndarray
    """(n, 112, 112, 3) float32 in [-1, 1], 0 off the face"""
    mask1: np.ndarray
    """(n, 56, 56) float32"""
    mask2: np.ndarray
    """(n, 28, 28) float32"""

    def take(self, which: np.ndarray) -> "Samples":
        """The scans at indices or where a boolean mask is true."""
        return Samples(*(column[which] for column in self))


def read_samples(paths: Sequence[str | os.PathLike], subjects: Collection[str] | None = None) -> Samples:
    """The Samples of all shard files together, sorted by scan name.

    subjects: those whose scans are wanted, None for all. Raises InputError if there is no scan, a column is missing or
    a scan occurs twice.
    """
    shards = [read_shard(path) for path in paths]
    if subjects is not None:
        shards = [shard.take(np.isin(shard.subject, list(subjects))) for shard in shards]
    if not sum(len(shard.scan) for shard in shards):
        of = "" if subjects is None else f" of the {len(subjects)} subjects that take part"
        raise InputError(f"the {len(shards)} shard files contain no scans{of}; results/*/quarantine.csv says why")
    together = Samples(*(np.concatenate(columns) for columns in zip(*shards, strict=True)))
    names, counts = np.unique(together.scan, return_counts=True)
    if counts.max() > 1:
        raise InputError(f"scan {names[counts.argmax()]} occurs {counts.max()} times in the shard files")
    return together.take(np.argsort(together.scan))


def read_shard(path: str | os.PathLike) -> Samples:
    """The Samples of one shard file, in its order. Raises InputError if it is damaged."""
    columns = read_stage(path).columns
    for name in Samples._fields:
        if name not in columns:
            raise InputError(f"{path}: the column '{name}' is missing; delete the file and run again")
    return Samples(*(columns[name] for name in Samples._fields))
