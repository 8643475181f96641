"""The stage `masks` for one shard."""

from typing import NamedTuple

import numpy as np

from ffnet.errors import ScanError
from ffnet.masks.plausibility import check_plausibility, plausibility
from ffnet.masks.salient_landmarks import find_landmarks
from ffnet.masks.settings import MaskSettings
from ffnet.masks.weights import halve, landmark_mask
from ffnet.quarantine import Rejected, each_scan


class Found(NamedTuple):
    """The landmarks (51, 2) of a scan, which box served, and the plausibility in [0, 1]."""

    landmarks: np.ndarray
    detected: str
    plausibility: float


def make_masks(columns: dict[str, np.ndarray], settings: MaskSettings) -> tuple[dict[str, np.ndarray], list[Rejected]]:
    """Columns and Rejected rows of a shard from those of the stage `maps`. settings: MaskSettings.

    landmarks (n, 51, 2) float32, pixels of the small texture. detected (n,) which box served. plausibility (n,) in
    [0, 1]. mask1 (n, M, M) and mask2 (n, M/2, M/2) float32. Of the scans whose landmarks are implausible, those are
    kept for the contact sheet, in columns of their own: implausible (k,) their names, implausible_landmarks,
    implausible_detected, implausible_plausibility.
    """
    size, implausible = settings.size, {}

    def work(i: int) -> Found:
        depth, spacing = columns["depth"][i].astype(float), columns["spacing"][i]
        landmarks, detected = find_landmarks(columns["texture"][i], depth, spacing, settings)
        score = plausibility(landmarks, size, depth, spacing)
        found = Found(landmarks, detected, score.total)
        try:
            check_plausibility(score, settings)
        except ScanError:
            implausible[i] = found
            raise
        return found

    kept, found, rejected = each_scan(columns["scan"], work, "masks")
    masks_1 = [landmark_mask(one.landmarks, size, settings.radius_1) for one in found]
    masks_2 = [landmark_mask(halve(one.landmarks), size // 2, settings.radius_2) for one in found]
    made = {
        "scan": columns["scan"][kept],
        **_columns(found, ""),
        "mask1": np.array(masks_1, np.float32).reshape(-1, size, size),
        "mask2": np.array(masks_2, np.float32).reshape(-1, size // 2, size // 2),
        "implausible": columns["scan"][list(implausible)],
        **_columns(list(implausible.values()), "implausible_"),
    }
    return made, rejected


def _columns(found: list[Found], prefix: str) -> dict[str, np.ndarray]:
    return {
        f"{prefix}landmarks": np.array([one.landmarks for one in found], np.float32).reshape(-1, 51, 2),
        f"{prefix}detected": np.array([one.detected for one in found], str),
        f"{prefix}plausibility": np.array([one.plausibility for one in found], float),
    }
