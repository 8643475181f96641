"""A smooth surface on a grid through scattered points (D'Errico's gridfit; paper, section 2.2, reference [17]).

The nodes' values z solve the least squares problem  min |A z - b|^2 + lambda^2 |R z|^2,  where a row of A holds the
interpolation weights of one point, R z the roughness of the surface in node units, and
lambda = smoothness * norm1(A) / norm1(R), with norm1 the largest column sum of absolute values. Node (j, i) is
unknown number j * len(nodes_x) + i, so the normal matrix has a narrow band, and one banded Cholesky factorisation
solves for all columns of values.
"""

import functools
from collections.abc import Iterator
from typing import get_args

import numpy as np
import scipy.sparse as sparse
from scipy.linalg import solveh_banded

from ffnet.maps.settings import Interpolation, Regularizer

INTERPOLATIONS = get_args(Interpolation)
REGULARIZERS = get_args(Regularizer)


def gridfit(
    x: np.ndarray,
    y: np.ndarray,
    values: np.ndarray,
    nodes_x: np.ndarray,
    nodes_y: np.ndarray,
    *,
    smoothness: float = 1.0,
    interpolation: Interpolation = "triangle",
    regularizer: Regularizer = "gradient",
) -> np.ndarray:
    """Values at the nodes of a grid that fit scattered points and are smooth.

    x, y: (N,) coordinates inside the nodes. values: (N,) or (N, K); points with a NaN are dropped. nodes_x, nodes_y:
    strictly rising, at least 3 each, spacing may vary. The fit covers the whole grid, also where there are no points.
    Returns (len(nodes_y), len(nodes_x)) or (len(nodes_y), len(nodes_x), K).
    Raises ValueError for fewer than 3 points, points that do not determine the surface, points outside the nodes,
    unsorted nodes, unknown names.
    """
    flat = np.ndim(values) == 1
    x, y, values, nodes_x, nodes_y = _checked(x, y, values, nodes_x, nodes_y)
    if interpolation not in INTERPOLATIONS or regularizer not in REGULARIZERS:
        raise ValueError(
            f"expected an interpolation of {', '.join(INTERPOLATIONS)} and a regularizer of {', '.join(REGULARIZERS)}, "
            f"got '{interpolation}' and '{regularizer}'"
        )
    shape = (len(nodes_y), len(nodes_x))
    if regularizer != "springs":
        _check_spread(x, y, regularizer)
    nodes, weights = _interpolation(x, y, nodes_x, nodes_y, interpolation)
    rough, norm_r = _roughness(tuple(nodes_x), tuple(nodes_y), regularizer)
    norm_a = np.bincount(nodes.ravel(), weights.ravel()).max()
    fit = _normal_diagonals(nodes, weights, shape)
    band = np.zeros((max(*rough, *fit) + 1, shape[0] * shape[1]))
    for offset, diagonal in rough.items():
        band[offset] = diagonal * (smoothness * norm_a / norm_r) ** 2
    for offset, diagonal in fit.items():
        band[offset] += diagonal
    right = np.stack([_transpose_times(nodes, weights, column, shape) for column in values.T], axis=1)
    solution = solveh_banded(band, right, lower=True, overwrite_ab=True, overwrite_b=True, check_finite=False)
    return solution.reshape(shape) if flat else solution.reshape(*shape, -1)


def _checked(
    x: np.ndarray, y: np.ndarray, values: np.ndarray, nodes_x: np.ndarray, nodes_y: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    x, y, values = (np.asarray(array, float) for array in (x, y, values))
    nodes_x, nodes_y = np.asarray(nodes_x, float), np.asarray(nodes_y, float)
    if not len(x) == len(y) == len(values):
        raise ValueError(f"expected as many x as y and values, got {len(x)}, {len(y)} and {len(values)}")
    values = values.reshape(len(x), -1)
    for name, nodes in (("nodes_x", nodes_x), ("nodes_y", nodes_y)):
        if len(nodes) < 3 or not (np.diff(nodes) > 0).all():
            raise ValueError(f"{name}: expected at least 3 strictly rising values")
    good = np.isfinite(x) & np.isfinite(y) & np.isfinite(values).all(axis=1)
    x, y, values = x[good], y[good], values[good]
    if len(x) < 3:
        raise ValueError(f"expected at least 3 points without NaN, got {len(x)}")
    for name, points, nodes in (("x", x, nodes_x), ("y", y, nodes_y)):
        outside = (points < nodes[0]) | (points > nodes[-1])
        if outside.any():
            raise ValueError(f"{outside.sum()} of {len(x)} points have {name} outside {nodes[0]:g} to {nodes[-1]:g}")
    return x, y, values, nodes_x, nodes_y


def _check_spread(x: np.ndarray, y: np.ndarray, regularizer: Regularizer) -> None:
    """Raises ValueError unless the points determine 1, x, y and x y, about which second differences say nothing."""
    x, y = (2 * (points - points.min()) / (np.ptp(points) or 1.0) - 1 for points in (x, y))
    basis = np.stack([np.ones_like(x), x, y, x * y])
    if np.linalg.eigvalsh(basis @ basis.T / len(x))[0] < 1e-10:
        raise ValueError(
            f"{len(x)} points do not determine the surface with the regularizer '{regularizer}': expected at "
            "least 4, spread in x and y, not all on a line or a hyperbola"
        )


def _interpolation(
    x: np.ndarray, y: np.ndarray, nodes_x: np.ndarray, nodes_y: np.ndarray, interpolation: Interpolation
) -> tuple[np.ndarray, np.ndarray]:
    """Node numbers and weights (N, P) that give a point's value from P nodes around it."""
    column, tx = _cell(x, nodes_x)
    row, ty = _cell(y, nodes_y)
    step = len(nodes_x)
    corner = row * step + column
    if interpolation == "nearest":
        nearest = corner + np.floor(ty + 0.5).astype(int) * step + np.floor(tx + 0.5).astype(int)
        return nearest[:, None], np.ones((len(x), 1))
    if interpolation == "bilinear":
        nodes = corner[:, None] + np.array([0, 1, step, step + 1])
        return nodes, np.stack([(1 - tx) * (1 - ty), tx * (1 - ty), (1 - tx) * ty, tx * ty], axis=1)
    side = np.where(tx > ty, 1, step)  # the cell is cut along its diagonal from the lowest to the highest x and y
    nodes = corner[:, None] + np.stack([np.zeros_like(side), side, np.full_like(side, step + 1)], axis=1)
    least, most = np.minimum(tx, ty), np.maximum(tx, ty)
    return nodes, np.stack([1 - most, most - least, least], axis=1)


def _cell(points: np.ndarray, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cell of each point, and how far along the cell the point lies, from 0 to 1."""
    cell = np.clip(np.searchsorted(nodes, points, side="right") - 1, 0, len(nodes) - 2)
    return cell, (points - nodes[cell]) / (nodes[cell + 1] - nodes[cell])


def _normal_diagonals(nodes: np.ndarray, weights: np.ndarray, shape: tuple[int, int]) -> dict[int, np.ndarray]:
    """A^T A as its lower diagonals: {i - j: (size,) entries at each j}."""
    size, step = shape[0] * shape[1], shape[1]
    offsets = np.array([0, 1, step - 1, step, step + 1])  # between the nodes of one cell
    row_of = np.zeros(step + 2, int)  # the row of `sums` that holds an offset
    row_of[offsets] = np.arange(len(offsets))
    first, second = np.tril_indices(nodes.shape[1])
    low, high = np.minimum(nodes[:, first], nodes[:, second]), np.maximum(nodes[:, first], nodes[:, second])
    products = weights[:, first] * weights[:, second]
    sums = np.bincount((row_of[high - low] * size + low).ravel(), products.ravel(), len(offsets) * size)
    return dict(zip(offsets.tolist(), sums.reshape(len(offsets), size), strict=True))


def _transpose_times(nodes: np.ndarray, weights: np.ndarray, column: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    return np.bincount(nodes.ravel(), (weights * column[:, None]).ravel(), shape[0] * shape[1])


@functools.lru_cache(maxsize=4)
def _roughness(
    nodes_x: tuple[float, ...], nodes_y: tuple[float, ...], regularizer: Regularizer
) -> tuple[dict[int, np.ndarray], float]:
    """R^T R as its lower diagonals {i - j: (size,) entries at each j}, and norm1(R)."""
    along_x = sparse.kron(sparse.identity(len(nodes_y)), _differences(nodes_x, regularizer))
    along_y = sparse.kron(_differences(nodes_y, regularizer), sparse.identity(len(nodes_x)))
    if regularizer == "gradient":
        rough = sparse.vstack([along_x, along_y])
    elif regularizer == "diffusion":
        rough = along_x + along_y
    else:
        rough = sparse.vstack([along_x, along_y, *_diagonal_springs(np.array(nodes_x), np.array(nodes_y))])
    square = sparse.tril(rough.T @ rough).todia()
    diagonals = {-int(offset): row for offset, row in zip(square.offsets, square.data, strict=True)}
    return diagonals, float(np.abs(rough).sum(axis=0).max())


def _differences(nodes: tuple[float, ...], regularizer: Regularizer) -> sparse.sparray:
    """First differences between neighbours for springs, else second differences with empty rows at both ends."""
    steps = np.diff(nodes) / np.diff(nodes).mean()
    count = len(nodes)
    if regularizer == "springs":
        return sparse.diags_array([-1 / steps, 1 / steps], offsets=[0, 1], shape=(count - 1, count))
    before, after = steps[:-1], steps[1:]
    second = sparse.diags_array(
        [-2 / (before * (before + after)), 2 / (before * after), -2 / (after * (before + after))],
        offsets=[0, 1, 2],
        shape=(count - 2, count),
    )
    empty = sparse.coo_array((1, count))
    return sparse.vstack([empty, second, empty])


def _diagonal_springs(nodes_x: np.ndarray, nodes_y: np.ndarray) -> Iterator[sparse.sparray]:
    across = np.diff(nodes_x) / np.diff(nodes_x).mean()
    along = np.diff(nodes_y) / np.diff(nodes_y).mean()
    strength = (1 / np.hypot(across[None, :], along[:, None])).ravel()
    columns, rows = np.meshgrid(np.arange(len(across)), np.arange(len(along)))
    corner = (rows * len(nodes_x) + columns).ravel()
    size = len(nodes_x) * len(nodes_y)
    for start, end in ((corner, corner + len(nodes_x) + 1), (corner + 1, corner + len(nodes_x))):
        row = np.arange(len(corner))
        data = np.concatenate([-strength, strength])
        yield sparse.coo_array((data, (np.tile(row, 2), np.concatenate([start, end]))), shape=(len(corner), size))
