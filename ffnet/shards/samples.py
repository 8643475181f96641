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
    """The Samples of all shard files together, sorted by scan name; memory holds them and one shard at a time.

    subjects: whose scans are taken, None for all. Raises InputError if there is no scan, a column is missing or a scan
    occurs twice.
    """
    names = [read_stage(path, ("scan", "subject")).columns for path in paths]
    taken = [np.isin(shard["subject"], list(shard["subject"] if subjects is None else subjects)) for shard in names]
    scan, subject = (
        np.concatenate([shard[name][which] for shard, which in zip(names, taken, strict=True)])
        for name in ("scan", "subject")
    )
    if not len(scan):
        of = "" if subjects is None else f" of the {len(subjects)} subjects that take part"
        raise InputError(f"the {len(paths)} shard files contain no scans{of}; results/*/quarantine.csv says why")
    unique, rows, counts = np.unique(scan, return_inverse=True, return_counts=True)
    if counts.max() > 1:
        raise InputError(f"scan {unique[counts.argmax()]} occurs {counts.max()} times in the shard files")
    columns: dict[str, np.ndarray] = {}
    for path, which in zip(paths, taken, strict=True):
        of_shard, rows = np.split(rows, [which.sum()])
        for name, values in zip(Samples._fields[2:], read_shard(path)[2:], strict=True):
            columns.setdefault(name, np.empty((len(scan), *values.shape[1:]), values.dtype))[of_shard] = values[which]
    order = np.argsort(scan)
    return Samples(scan[order], subject[order], **columns)


def read_shard(path: str | os.PathLike) -> Samples:
    """The Samples of one shard file, in its order. Raises InputError if it is damaged."""
    columns = read_stage(path).columns
    for name in Samples._fields:
        if name not in columns:
            raise InputError(f"{path}: the column '{name}' is missing; delete the file and run again")
    return Samples(*(columns[name] for name in Samples._fields))
