"""Filling holes in maps (paper, section 2.2, Hole Filling)."""

import numpy as np
from scipy.spatial import cKDTree

LINES = np.array([(0, 1), (1, 0), (1, 1), (1, -1)])  # rows and columns of a step along each line through a pixel
AROUND = 3  # of the four lines; where fewer have known pixels on both sides, a hole is open to one side
NEAREST = 16
UNKNOWN, KNOWN, OUTSIDE = np.arange(3, dtype=np.int8)


def fill_holes(values: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Gives every pixel of the face a value.

    Section 2.2: "We use bicubic interpolation to fill every hole by calculating the weighted average of its 16 nearest
    subsampling neighbors. Additionally, the missing points caused by outlier removal are filled as well".
    values: (H, W) or (H, W, K), NaN where unknown. face: (H, W). Returns an array of the shape of values, NaN off the
    face; with fewer than 16 known pixels, holes stay NaN.

    Bicubic interpolation takes four pixels on a line. Through a pixel of a hole go four lines, along its row, column
    and diagonals; on each, the two nearest known pixels on either side, 16 in all, determine a cubic. The pixel is the
    mean of the lines' values, weighted by one over the product of the distances to both sides. So every surface of the
    third order is reproduced. Where a side has a single known pixel, its line is of a lower order, and counts only if
    no line is of a higher one. At the edge of the face, where known pixels lie to one side, a pixel has the value of a
    weighted plane through the 16 nearest ones, limited to their range.
    """
    flat = values.reshape(*face.shape, -1)
    known = face & np.isfinite(flat).all(axis=-1)
    holes = np.argwhere(face & ~known)
    filled = np.where(face[..., None], flat, np.nan)
    if len(holes) and known.sum() >= NEAREST:
        steps = _steps_to_known(known, holes)
        inside = (steps[..., 0] != 0).all(axis=-1).sum(axis=-1) >= AROUND
        filled[tuple(holes[inside].T)] = _along_lines(flat, holes[inside], steps[inside])
        filled[tuple(holes[~inside].T)] = _from_one_side(flat, known, holes[~inside])
    return filled.reshape(values.shape)


def _steps_to_known(known: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Steps (M, 4, 2, 2) from pixels (M, 2) along each line, forwards and backwards, to the first and the second known
    pixel; negative backwards, 0 where there is none."""
    state = np.pad(np.where(known, KNOWN, UNKNOWN), 1, constant_values=OUTSIDE).ravel()
    stride = np.array([known.shape[1] + 2, 1])  # of rows and columns in `state`
    steps = np.zeros((len(pixels), len(LINES), 2, 2), int)
    ray = np.arange(steps[..., 0].size)  # one ray per pixel, line and side
    number = np.zeros(len(ray), int)  # of known pixels met
    sign = np.where(ray % 2, -1, 1)
    move = sign * (LINES @ stride)[ray // 2 % len(LINES)]
    place = ((pixels + 1) @ stride)[ray // 2 // len(LINES)]
    for step in range(1, max(known.shape)):
        place = place + move
        met = state[place]
        found = met == KNOWN
        steps.reshape(-1, 2)[ray[found], number[found]] = step * sign[found]
        number = number + found
        searching = (met != OUTSIDE) & (number < 2)
        ray, number, sign, move, place = (values[searching] for values in (ray, number, sign, move, place))
        if not len(ray):
            break
    return steps


def _along_lines(values: np.ndarray, pixels: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Values (M, K) at pixels (M, 2) by polynomials along lines; values (H, W, K), steps of _steps_to_known."""
    positions = steps.reshape(*steps.shape[:2], 4)
    present = positions != 0
    rows, columns = np.moveaxis(pixels[:, None, None] + positions[..., None] * LINES[:, None], -1, 0)
    on_line = (lagrange_weights(positions)[..., None] * np.where(present[..., None], values[rows, columns], 0)).sum(2)
    order = np.where((steps[..., 0] != 0).all(axis=-1), present.sum(axis=-1), 0)
    apart = np.abs(steps[..., 0].prod(axis=-1) * (LINES**2).sum(axis=-1))
    weights = np.where(order == order.max(axis=1, keepdims=True), 1 / np.maximum(apart, 1), 0)
    return (weights[..., None] * on_line).sum(axis=1) / weights.sum(axis=1, keepdims=True)


def lagrange_weights(positions: np.ndarray) -> np.ndarray:
    """Weights (..., P) that give a polynomial's value at 0 from its values at positions (..., P); position 0: none."""
    present = positions != 0
    weights = present.astype(float)
    for i, j in np.argwhere(~np.eye(positions.shape[-1], dtype=bool)):
        both = present[..., i] & present[..., j]
        apart = np.where(both, positions[..., i] - positions[..., j], 1)
        weights[..., i] *= np.where(both, -positions[..., j] / apart, 1)
    return weights


def _from_one_side(values: np.ndarray, known: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Values (M, K) at pixels (M, 2) of weighted planes through the nearest known ones, limited to their range.

    Weights fall with the distance d as (1 - d / 1.05 d16)^3, so that they are nearly 0 at the farthest.
    """
    places = np.argwhere(known)
    distance, nearest = cKDTree(places).query(pixels, k=NEAREST)
    around = values[known][nearest]
    weights = (1 - distance / (1.05 * distance[:, -1:])) ** 3
    plane = _plane_weights((places[nearest] - pixels[:, None]).astype(float), weights)
    return np.clip((plane[..., None] * around).sum(axis=1), around.min(axis=1), around.max(axis=1))


def _plane_weights(offsets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weights (M, P) that give a least-squares plane's value at offset 0 from P weighted points; offsets (M, P, 2)."""
    basis = np.concatenate([np.ones((*offsets.shape[:2], 1)), offsets], axis=2)
    weighted = basis * weights[..., None]
    normal = basis.transpose(0, 2, 1) @ weighted
    ridge = 1e-9 * np.trace(normal, axis1=1, axis2=2)[:, None, None] * np.diag([0, 1, 1])
    first = np.linalg.solve(normal + ridge, np.tile([[1.0], [0.0], [0.0]], (len(offsets), 1, 1)))
    return (weighted @ first)[..., 0]
