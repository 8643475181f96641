"""A grid of points as polygons of three to six vertices."""

import numpy as np

SHARES = (0.3, 0.3, 0.2, 0.2)  # of pairs of cells: two quads, four triangles, a pentagon and a triangle, a hexagon
CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))  # counter-clockwise seen from outside: rows go down, columns right
# a pair of cells has the corners a0 b0 b1 a1 and, in the right cell, a1 b1 b2 a2; they are numbered so:
A0, B0, B1, A1, B2, A2 = range(6)
# what a pair is cut into, by kind; a fan from the first vertex has no flat triangle
CUTS = (
    ((A0, B0, B1, A1), (A1, B1, B2, A2)),
    ((A0, B0, B1), (A0, B1, A1), (A1, B1, B2), (A1, B2, A2)),
    ((A1, A0, B0, B1, B2), (A1, B2, A2)),
    ((A1, A0, B0, B1, B2, A2),),
)
MOST = 6


def cut_cells(points: np.ndarray, longest: float, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Polygons over a grid of points (H, W, 3), NaN where there is none; no side longer than `longest` mm.

    Returns polygons (P, 6), vertex numbers filled up with -1, and the used points' places in the flattened grid (N,).
    """
    height, width = points.shape[:2]
    numbers = np.arange(height * width).reshape(height, width)
    cells = np.stack([numbers[row : height - 1 + row, column : width - 1 + column] for row, column in CORNERS], axis=-1)
    flat = points.reshape(-1, 3)
    whole = _all_short(flat, cells, longest)
    left, right = cells[:, 0:-1:2], cells[:, 1::2]
    paired = whole[:, 0:-1:2] & whole[:, 1::2]
    pairs = np.concatenate([left[paired], right[paired][:, 2:]], axis=1)
    kinds = random.choice(len(CUTS), len(pairs), p=SHARES)
    found = [_fill(pairs[kinds == kind][:, list(cut)]) for kind, cuts in enumerate(CUTS) for cut in cuts]
    alone = whole.copy()
    for first in (0, 1):
        alone[:, first : 2 * paired.shape[1] : 2] &= ~paired
    found.append(_fill(cells[alone]))
    for corner in range(4):
        rest = np.delete(cells, corner, axis=-1)
        lone = np.isnan(flat[cells[..., corner], 0]) & _all_short(flat, rest, longest)
        found.append(_fill(rest[lone]))
    polygons = np.concatenate(found)
    polygons = polygons[np.argsort(polygons[:, 0], kind="stable")]
    used, inverse = np.unique(polygons, return_inverse=True)
    renumbered = inverse.reshape(polygons.shape) - (used[0] == -1)
    return renumbered, used[used >= 0]


def _all_short(points: np.ndarray, cells: np.ndarray, longest: float) -> np.ndarray:
    """Which cells (..., n) have all their corners and no long side."""
    sides = points[cells] - points[np.roll(cells, -1, axis=-1)]
    return ((sides**2).sum(axis=-1) < longest**2).all(axis=-1)  # NaN compares as False


def _fill(polygons: np.ndarray) -> np.ndarray:
    return np.pad(polygons, ((0, 0), (0, MOST - polygons.shape[1])), constant_values=-1)
