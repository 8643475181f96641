"""The features of one run: features/{experiment}/{repeat}/{fold}.h5, written and read."""

import os
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.shards.samples import Samples
from ffnet.storage import read_stage, write_stage

TRAINING, TEST = "training", "test"  # halves of a run


class Features(NamedTuple):
    """The numbers that enter a trained network's classifier, of the scans that trained it and then of those tested.

    scan, subject: (n,) str. label: (n,) int64, place in the classes. half: (n,) str, TRAINING or TEST. values: (n, k)
    float32.
    """

    scan: np.ndarray
    subject: np.ndarray
    label: np.ndarray
    half: np.ndarray
    values: np.ndarray

    def of(self, half: str) -> "Features":
        """Those of one half."""
        return Features(*(column[self.half == half] for column in self))


def join_halves(collection: Samples, halves: dict[str, np.ndarray], values: dict[str, np.ndarray]) -> Features:
    """The Features of a run. halves: half -> positions of its scans in the collection. values: half -> (n, k)."""
    scans = np.concatenate(list(halves.values()))
    names = np.concatenate([np.full(len(of), half) for half, of in halves.items()])
    joined = np.concatenate([values[half] for half in halves])
    return Features(collection.scan[scans], collection.subject[scans], collection.label[scans], names, joined)


def write_features(path: str | os.PathLike, features: Features) -> None:
    """Writes Features as HDF5, whole or not at all. The same features give the same bytes."""
    axes = {"values": "scan, feature", "half": f"{TRAINING} or {TEST}"}
    write_stage(path, features._asdict(), attributes={"axes": axes})


def read_features(path: str | os.PathLike) -> Features:
    """The Features that write_features wrote. Raises InputError if the file is damaged or its columns do not fit."""
    columns = read_stage(path, Features._fields).columns
    features = Features(**columns)
    halves, counts = set(features.half.tolist()), {len(column) for column in features}
    if halves != {TRAINING, TEST} or len(counts) > 1 or features.values.ndim != 2:
        raise InputError(
            f"{path}: expected a row of features for each scan of the halves {TRAINING} and {TEST}, found halves"
            f" {', '.join(sorted(halves)) or 'none'} and features of the shape {features.values.shape}; delete it and"
            " run again"
        )
    if not np.isfinite(features.values).all():
        raise InputError(f"{path}: found a feature that is no finite number; delete it and run again")
    return features
