"""The stage `masks` for one shard."""

import numpy as np

from ffnet.masks.landmarks import find_landmarks
from ffnet.masks.weights import halve, landmark_mask
from ffnet.quarantine import each_scan


def make_masks(columns, settings):
    """Columns and Rejected rows of a shard from those of the stage `maps`. settings: MaskSettings.

    landmarks (n, 51, 2) float32, pixels of the small texture. detected (n,) which box served. mask1 (n, M, M) and
    mask2 (n, M/2, M/2) float32.
    """

    def work(i):
        return find_landmarks(columns["texture"][i], settings)

    kept, found, rejected = each_scan(columns["scan"], work, "masks")
    size = settings.size
    masks_1 = [landmark_mask(landmarks, size, settings.radius_1) for landmarks, _ in found]
    masks_2 = [landmark_mask(halve(landmarks), size // 2, settings.radius_2) for landmarks, _ in found]
    made = {
        "scan": columns["scan"][kept],
        "landmarks": np.array([landmarks for landmarks, _ in found], np.float32).reshape(-1, 51, 2),
        "detected": np.array([served for _, served in found], str),
        "mask1": np.array(masks_1, np.float32).reshape(-1, size, size),
        "mask2": np.array(masks_2, np.float32).reshape(-1, size // 2, size // 2),
    }
    return made, rejected
