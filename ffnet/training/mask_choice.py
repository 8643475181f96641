"""Which masks a network sees in a run: the scans' own, or those of a control that shows what the masks bring."""

import numpy as np

from ffnet.networks.settings import MEAN, OTHER
from ffnet.shards.samples import Samples

Masks = dict[str, np.ndarray]
"""mask1 (n, 56, 56) and mask2 (n, 28, 28) float32 in place of a collection's own; empty where its own are used."""
OWN_MASKS: Masks = {}


def choose_masks(choice: str, collection: Samples, train: np.ndarray, seed: int) -> Masks:
    """The Masks of a run, all made from its training half.

    choice: `masks` of the experiment. MEAN: the mean of the training half's, the same for every scan. OTHER: for each
    scan those of a random scan of another subject in the training half. train: (n_train,) its positions in the
    collection. seed: of the random scans.
    """
    if choice == MEAN:
        return {name: _mean(getattr(collection, name), train) for name in ("mask1", "mask2")}
    if choice == OTHER:
        donors = other_subjects(collection.subject, train, seed)
        return {name: getattr(collection, name)[donors] for name in ("mask1", "mask2")}
    return OWN_MASKS


def other_subjects(subject: np.ndarray, train: np.ndarray, seed: int) -> np.ndarray:
    """(n,) for each scan the position of a random scan of another subject in the training half, which has at least two
    subjects. subject: (n,) names. train: (n_train,) positions."""
    random, donors = np.random.default_rng(seed), np.empty(len(subject), np.int64)
    for name in np.unique(subject):
        own = np.flatnonzero(subject == name)
        donors[own] = random.choice(train[subject[train] != name], len(own))
    return donors


def _mean(masks: np.ndarray, train: np.ndarray) -> np.ndarray:
    return np.repeat(masks[train].mean(axis=0, keepdims=True, dtype=np.float64).astype(np.float32), len(masks), axis=0)
