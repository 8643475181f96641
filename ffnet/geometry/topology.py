"""Which vertices and edges the triangles of a mesh share."""

import numpy as np

# different points rarely have equal products with it; less than 1 in sum, so that no product overflows
MIX = np.array([0.377438833, 0.2849201455, 0.218508012])
BLOCK = 1 << 14  # triangles at once: stay in the processor's cache


def join_vertices(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The vertices (K, 3) that triangles (M, 3) use, each position once, and triangles (M, 3) into them.

    vertices: (N, 3), finite where used. The first vertex of each position stays, in the order of the file. Formats
    without vertices of their own, and tools that store one per normal or texture coordinate, repeat them.
    """
    used = np.zeros(len(vertices), bool)
    used[triangles] = True
    points = (vertices if used.all() else vertices[used]) + 0.0  # no -0
    mixed = np.sort(_mixed(points))
    if (mixed[1:] != mixed[:-1]).all():  # no two points are equal
        return points, triangles if used.all() else (np.cumsum(used) - 1)[triangles]
    same = first_equal(points)
    kept = same == np.arange(len(points))
    number = np.zeros(len(vertices), np.int64)
    number[used] = (np.cumsum(kept) - 1)[same]
    return points[kept], number[triangles]


def first_equal(points: np.ndarray) -> np.ndarray:
    """The number (N,) of the first of all points (N, 3) equal to each."""
    mixed = _mixed(points)
    order = np.argsort(mixed)
    mixed, new = mixed[order], _differs(points, order)
    if (new[1:] & (mixed[1:] == mixed[:-1])).any():  # different points, one product: sort by all axes
        order = np.lexsort(points.T)
        new = _differs(points, order)
    first = np.minimum.reduceat(order, np.flatnonzero(new))
    found = np.empty(len(points), np.int64)
    found[order] = first[np.cumsum(new) - 1]
    return found


def _mixed(points: np.ndarray) -> np.ndarray:
    """One number (N,) for each point (N, 3), the same for equal ones, which a matrix product does not promise."""
    x, y, z = points.T
    return x * MIX[0] + y * MIX[1] + z * MIX[2]


def _differs(points: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Which points (N,) in some order differ from the one before."""
    differs = np.ones(len(points), bool)
    differs[1:] = False
    for column in points.T:
        ordered = column[order]
        differs[1:] |= ordered[1:] != ordered[:-1]
    return differs


def strip_triangles(strip: np.ndarray) -> np.ndarray:
    """The triangles (M, 3) of a triangle strip (N,) of vertex numbers, in which -1 starts a new strip."""
    windows = np.lib.stride_tricks.sliding_window_view(strip, 3) if len(strip) >= 3 else np.empty((0, 3), strip.dtype)
    starts = np.maximum.accumulate(np.where(strip < 0, np.arange(len(strip)) + 1, 0))[: len(windows)]
    odd = (np.arange(len(windows)) - starts) % 2 == 1
    triangles = np.where(odd[:, None], windows[:, [1, 0, 2]], windows)
    return triangles[(windows >= 0).all(axis=1)]


def turned_triangles(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Which triangles (M,) must be turned so that all run counter-clockwise seen from outside.

    vertices: (N, 3) of a face that looks towards +z. Neighbours are made to agree over the edges that two triangles
    share; each connected part is then turned so that it encloses, or faces away from, what lies behind it.
    """
    axes = np.ascontiguousarray(vertices.T)
    low, high = axes.min(axis=1), axes.max(axis=1)
    volume = _volumes(axes - np.array([*(low + high)[:2] / 2, 2 * low[2] - high[2]])[:, None], triangles)
    if (volume >= 0).all():
        return np.zeros(len(triangles), bool)
    if _agree(triangles, len(vertices)):
        return _inward(volume, triangles, len(vertices))
    part, turned = _consistent(*_shared_edges(triangles, len(vertices)), len(triangles))
    inward = np.bincount(part, np.where(turned, -volume, volume)) < 0
    return turned ^ inward[part]


def _volumes(axes: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Six times the volume (M,) between each triangle and the origin, below 0 where it runs clockwise seen from
    outside.

    axes: (3, N), x, y and z of the vertices.
    """
    volume = np.empty(len(triangles))
    for start in range(0, len(triangles), BLOCK):
        corners = triangles[start : start + BLOCK].T
        (ax, bx, cx), (ay, by, cy), (az, bz, cz) = (axis[corners] for axis in axes)
        volume[start : start + BLOCK] = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
    return volume


def _agree(triangles: np.ndarray, count: int) -> bool:
    """Whether no two triangles run along an edge in one direction."""
    edges = np.empty((3, len(triangles)), np.int64)
    for corner in range(3):
        np.multiply(triangles[:, corner], count, out=edges[corner])
        edges[corner] += triangles[:, (corner + 1) % 3]
    ordered = edges.ravel()  # a view
    ordered.sort()
    return not (ordered[1:] == ordered[:-1]).any()


def _inward(volume: np.ndarray, triangles: np.ndarray, count: int) -> np.ndarray:
    """Which triangles (M,) are in a connected part whose volumes (M,) are less than 0 in sum.

    Parts grow: a vertex has the number of one that it is connected with, the least in the end. If no part is inward
    before they are whole, none is when they are.
    """
    part, around = np.arange(count), triangles.T
    while True:
        least = np.minimum(np.minimum(around[0], around[1]), around[2])
        for corner in around:
            np.minimum.at(part, corner, least)
        while (part[part] != part).any():
            part = part[part]
        around = part[triangles.T]
        sums = np.bincount(around[0], volume, count)
        if (sums >= 0).all() or (around == around[0]).all():
            return (sums < 0)[around[0]]


def _shared_edges(triangles: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (E, 2) of triangles with an edge that no third has, and whether they run along it in one direction (E,)."""
    start, end = triangles.T.ravel(), np.roll(triangles, -1, axis=1).T.ravel()
    owner = np.tile(np.arange(len(triangles)), 3)
    edge = np.minimum(start, end) * count + np.maximum(start, end)
    order = np.argsort(edge)
    edge = edge[order]
    begins = np.flatnonzero(np.concatenate([[True], edge[1:] != edge[:-1]]))
    begins = begins[np.diff(begins, append=len(edge)) == 2]
    first, second = order[begins], order[begins + 1]
    return np.stack([owner[first], owner[second]], axis=1), (start < end)[first] == (start < end)[second]


def _consistent(neighbours: np.ndarray, opposed: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The connected part (count,) of each triangle, and which (count,) to turn so that neighbours agree.

    Each triangle is in a graph twice, as it is and turned; what is connected there agrees. A part that cannot agree
    with itself, such as a Moebius strip, stays as it is.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, other = neighbours.T
    rows = np.concatenate([2 * one, 2 * one + 1])
    columns = np.concatenate([2 * other + opposed, 2 * other + 1 - opposed])
    graph = coo_array((np.ones(len(rows), bool), (rows, columns)), shape=(2 * count, 2 * count))
    label = connected_components(graph, directed=False)[1].reshape(-1, 2)
    return np.unique(label.min(axis=1), return_inverse=True)[1], label[:, 0] > label[:, 1]
