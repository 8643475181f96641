"""Removing outliers, holes and noise from depth maps (paper, section 2.2). NaN is off the face or unknown."""

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

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
    depth: (H, W) mm, NaN where unknown. settings.sigmas: the paper's 0.6. settings.rule: "its neighbors" are their
    "mean" or "any" of them. settings.floor: mm that the difference must also exceed. settings.most_removed: if more
    than this share would be removed, only the worst are. Pixels with fewer than eight known neighbours are never
    outliers: at the face's edge the known ones lie on one side, where a slope looks like an outlier.
    """
    around = neighbours(depth)  # with a NaN among the eight, all below is NaN, and no comparison with NaN is true
    mean, spread = around.mean(axis=0), around.std(axis=0)
    difference = np.abs(depth - (mean if settings.rule == "mean" else around))
    if settings.rule == "any":
        difference = difference.max(axis=0)
    outliers = (difference > settings.sigmas * spread) & (difference > settings.floor)
    most = int(settings.most_removed * np.isfinite(depth).sum())
    if outliers.sum() > most:
        worst = np.argsort(np.where(outliers, difference, -1), axis=None)[::-1][:most]
        outliers = np.zeros(depth.size, bool)
        outliers[worst] = True
        outliers = outliers.reshape(depth.shape)
    return outliers


def fill_holes(values: np.ndarray, face: np.ndarray, count: int) -> np.ndarray:
    """Fills the holes of a map inside the face.

    Section 2.2, Hole Filling: "We use bicubic interpolation to fill every hole by calculating the weighted average of
    its 16 nearest subsampling neighbors. Additionally, the missing points caused by outlier removal are filled as
    well". values: (H, W) or (H, W, K), NaN where unknown. face: (H, W) bool. count: how many nearest known pixels,
    config maps.fill_neighbours, 16 in the paper. Their weighted average has cubic weights that fall to zero with
    distance and reproduces planes; where the known pixels lie on a line it is the plain weighted mean. Returns an array
    of the same shape, NaN off the face.
    """
    flat = values.reshape(*face.shape, -1)
    known = face & np.isfinite(flat).all(axis=-1)
    holes = face & ~known
    filled = np.where(face[..., None], flat, np.nan)
    if holes.any() and known.sum() >= count:
        places = np.argwhere(known)
        distance, nearest = cKDTree(places).query(np.argwhere(holes), k=count)
        offsets = (places[nearest] - np.argwhere(holes)[:, None, :]).astype(float)
        weights = _plane_weights(offsets, (1 - distance / (1.05 * distance[:, -1:])) ** 3)
        filled[holes] = (weights[..., None] * flat[known][nearest]).sum(axis=1)
    return filled.reshape(values.shape)


def _plane_weights(offsets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weights (M, P) of a weighted least-squares plane through P points, taken at offset zero; offsets (M, P, 2)."""
    basis = np.concatenate([np.ones((*offsets.shape[:2], 1)), offsets], axis=2)
    weighted = basis * weights[..., None]
    normal = basis.transpose(0, 2, 1) @ weighted
    ridge = 1e-9 * np.trace(normal, axis1=1, axis2=2)[:, None, None] * np.diag([0, 1, 1])
    first = np.linalg.solve(normal + ridge, np.tile([[1.0], [0.0], [0.0]], (len(offsets), 1, 1)))
    return (weighted @ first)[..., 0]


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
