"""The stage `masks` for one shard."""

from typing import NamedTuple

import numpy as np

from ffnet.errors import ScanError
from ffnet.masks.plausibility import check_plausibility, plausibility
from ffnet.masks.salient_landmarks import find_landmarks, has_colours
from ffnet.masks.settings import MaskSettings
from ffnet.masks.weights import halve, landmark_mask
from ffnet.quarantine import Rejected, each_scan


class Detection(NamedTuple):
    """The landmarks (51, 2) of a scan, how they were found, and their plausibility in [0, 1]."""

    landmarks: np.ndarray
    detected: str
    plausibility: float


def make_masks(columns: dict[str, np.ndarray], settings: MaskSettings) -> tuple[dict[str, np.ndarray], list[Rejected]]:
    """Columns of a shard and the scans left out, from the columns of the stage `maps`.

    landmarks (n, 51, 2) float32, pixels of the small texture. detected (n,) how they were found. plausibility (n,) in
    [0, 1]. mask1 (n, M, M) and mask2 (n, M/2, M/2) float32. Implausible landmarks are kept for the contact sheet in
    columns of their own: implausible (k,) the scans' names, implausible_landmarks, implausible_detected,
    implausible_plausibility.
    """
    size, implausible = settings.size, {}

    def work(i: int) -> Detection:
        depth, spacing = columns["depth"][i].astype(float), columns["spacing"][i]
        landmarks, found_by = find_landmarks(columns["texture"][i], depth, spacing, settings)
        score = plausibility(landmarks, size, depth, spacing)
        detection = Detection(landmarks, found_by, score.total)
        try:
            check_plausibility(score, settings, has_colours(columns["texture"][i], depth))
        except ScanError:
            implausible[i] = detection
            raise
        return detection

    kept, detections, rejected = each_scan(columns["scan"], work, "masks")
    fall, points = settings.fall, [found.landmarks for found in detections]
    masks_1 = [landmark_mask(landmarks, size, settings.radius_1, fall) for landmarks in points]
    masks_2 = [landmark_mask(halve(landmarks), size // 2, settings.radius_2, fall) for landmarks in points]
    made = {
        "scan": columns["scan"][kept],
        **_columns(detections, ""),
        "mask1": np.array(masks_1, np.float32).reshape(-1, size, size),
        "mask2": np.array(masks_2, np.float32).reshape(-1, size // 2, size // 2),
        "implausible": columns["scan"][list(implausible)],
        **_columns(list(implausible.values()), "implausible_"),
    }
    return made, rejected


def _columns(detections: list[Detection], prefix: str) -> dict[str, np.ndarray]:
    return {
        f"{prefix}landmarks": np.array([found.landmarks for found in detections], np.float32).reshape(-1, 51, 2),
        f"{prefix}detected": np.array([found.detected for found in detections], str),
        f"{prefix}plausibility": np.array([found.plausibility for found in detections], float),
    }
