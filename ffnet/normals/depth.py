"""Unit surface normals of depth maps (paper, section 2.2)."""

import numpy as np


def normals_from_depth(depth: np.ndarray, spacing: float) -> np.ndarray:
    """Unit surface normals of a depth map.

    Section 2.2: "we compute the three normal maps in x, y, and z directions based on each depth map and integrate them
    into one normal map with three channels".
    depth: (H, W) float, mm towards the camera, NaN off the face. spacing: mm per pixel.
    Returns (H, W, 3) float, x right, y up, z towards the camera; NaN wherever depth is NaN.
    Slopes are central differences, one-sided beside NaN and at the border, zero where no neighbour is known.
    """
    slope_right = _slope(depth, axis=1) / spacing
    slope_up = -_slope(depth, axis=0) / spacing  # rows run downwards
    normals = np.stack([-slope_right, -slope_up, np.ones_like(depth)], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    normals[np.isnan(depth)] = np.nan
    return normals


def _slope(depth: np.ndarray, axis: int) -> np.ndarray:
    """Change of depth per pixel along an axis."""
    padded = np.pad(np.moveaxis(depth, axis, -1), [(0, 0), (1, 1)], constant_values=np.nan)
    steps = np.diff(padded, axis=-1)  # between neighbours; NaN where either is unknown
    both = np.stack([steps[:, :-1], steps[:, 1:]])
    known = np.isfinite(both)
    return np.moveaxis(np.where(known, both, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1), -1, axis)
