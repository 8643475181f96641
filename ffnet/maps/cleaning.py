"""Removing outliers and noise from depth maps (paper, section 2.2). NaN is off the face or unknown."""

import functools

import numpy as np
from scipy import ndimage

from ffnet.maps.settings import OutlierSettings

NEIGHBOURS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0)]


def neighbours(depth: np.ndarray) -> np.ndarray:
    """The eight neighbours (8, H, W) of every pixel, NaN beyond the border."""
    padded = np.pad(depth, 1, constant_values=np.nan)
    height, width = depth.shape
    return np.stack([padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width] for dy, dx in NEIGHBOURS])


def find_outliers(depth: np.ndarray, settings: OutlierSettings) -> np.ndarray:
    """Which pixels (H, W) differ too much from their neighbours.

    Section 2.2, Outlier Removal: "the standard deviation sigma of the eight neighbors around each pixel. If the depth
    difference between the center point and its neighbors is greater than 0.6 sigma, it is considered as an outlier".
    depth: (H, W) mm, NaN where unknown. settings.sigmas: the paper's 0.6. settings.rule: the difference is taken from
    "mean", the neighbours' plane at the pixel, which is their mean if all eight are known, or from "any" of them.
    Beside a hole and at the face's edge, where the known neighbours lie to one side, their mean would make an outlier
    of every slope. settings.least_known: pixels with fewer known neighbours are no outliers. settings.floor: mm that
    the difference must also exceed. settings.most_removed: if more than this share would be removed, only the worst
    are.
    """
    around = neighbours(depth)
    known = np.isfinite(around)
    count, values = known.sum(axis=0), np.where(known, around, 0.0)
    mean = values.sum(axis=0) / np.maximum(count, 1)
    spread = np.sqrt((np.where(known, around - mean, 0.0) ** 2).sum(axis=0) / np.maximum(count, 1))
    if settings.rule == "mean":
        pattern = np.tensordot(1 << np.arange(len(NEIGHBOURS)), known, axes=1)
        difference = np.abs(depth - (np.moveaxis(_plane_weights()[pattern], -1, 0) * values).sum(axis=0))
    else:
        difference = np.where(known, np.abs(depth - around), 0.0).max(axis=0)
    outliers = (difference > settings.sigmas * spread) & (difference > settings.floor) & (count >= settings.least_known)
    return keep_worst(outliers, difference, int(settings.most_removed * np.isfinite(depth).sum()))


def keep_worst(marked: np.ndarray, badness: np.ndarray, most: int) -> np.ndarray:
    """The marked entries of an array of bool, or the `most` worst of them where there are more."""
    if marked.sum() <= most:
        return marked
    kept = np.zeros(marked.size, bool)
    kept[np.argsort(np.where(marked, badness, -1), axis=None)[::-1][:most]] = True
    return kept.reshape(marked.shape)


@functools.cache
def _plane_weights() -> np.ndarray:
    """Weights (256, 8) that give a least-squares plane's value in the middle of those neighbours whose bits are set."""
    present = np.arange(256)[:, None] >> np.arange(len(NEIGHBOURS)) & 1
    basis = np.concatenate([np.ones((len(NEIGHBOURS), 1)), NEIGHBOURS], axis=1)
    return np.linalg.pinv(present[..., None] * basis)[:, 0]


def smooth(depth: np.ndarray, sigma: float) -> np.ndarray:
    """The Gaussian of a map (H, W) over its known pixels; NaN stays NaN.

    Section 2.2, Noise Removal: "we apply Gaussian filtering with a sliding window size of 3x3 and sigma = 1". sigma in
    pixels, config maps.smooth_sigma; 0: none.
    """
    if sigma == 0:
        return depth
    line = np.exp(-0.5 * (np.arange(-1, 2) / sigma) ** 2)
    kernel = np.outer(line, line)
    known = np.isfinite(depth)
    total = ndimage.convolve(np.where(known, depth, 0.0), kernel, mode="constant")
    weight = ndimage.convolve(known.astype(float), kernel, mode="constant")
    return np.where(known, total / np.maximum(weight, kernel[1, 1]), np.nan)
