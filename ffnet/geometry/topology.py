"""Which vertices and edges the triangles of a mesh share."""

import numpy as np

MIX = np.array([0.754877666, 0.569840291, 0.437016024])  # different points rarely have equal products with it


def join_vertices(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The vertices (K, 3) that triangles (M, 3) use, each position once, and triangles (M, 3) into them.

    vertices: (N, 3), finite where used. The first vertex of each position stays, in the order of the file. Formats
    without vertices of their own, and tools that store one per normal or texture coordinate, repeat them.
    """
    used = np.zeros(len(vertices), bool)
    used[triangles] = True
    points = vertices[used] + 0.0  # no -0
    same = first_equal(points)
    kept = same == np.arange(len(points))
    number = np.zeros(len(vertices), np.int64)
    number[used] = (np.cumsum(kept) - 1)[same]
    return points[kept], number[triangles]


def first_equal(points: np.ndarray) -> np.ndarray:
    """The number (N,) of the first of all points (N, 3) equal to each."""
    mixed = points @ MIX
    order = np.argsort(mixed)
    new = _differs(points, order)
    if (new[1:] & (mixed[order[1:]] == mixed[order[:-1]])).any():  # different points, one product: sort by all axes
        order = np.lexsort(points.T)
        new = _differs(points, order)
    first = np.minimum.reduceat(order, np.flatnonzero(new))
    found = np.empty(len(points), np.int64)
    found[order] = first[np.cumsum(new) - 1]
    return found


def _differs(points: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Which points (N,) in some order differ from the one before."""
    ordered = points[order]
    return np.concatenate([[True], (ordered[1:] != ordered[:-1]).any(axis=1)])


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
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    behind = np.array([*(low + high)[:2] / 2, 2 * low[2] - high[2]])
    a, b, c = (vertices[triangles[:, corner]] - behind for corner in range(3))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c))
    if (volume >= 0).all():
        return np.zeros(len(triangles), bool)
    if _agree(triangles, len(vertices)):
        part = _joined_parts(triangles, len(vertices))[triangles[:, 0]]
        return (np.bincount(part, volume) < 0)[part]
    part, turned = _consistent(*_shared_edges(triangles, len(vertices)), len(triangles))
    inward = np.bincount(part, np.where(turned, -volume, volume)) < 0
    return turned ^ inward[part]


def _agree(triangles: np.ndarray, count: int) -> bool:
    """Whether no two triangles run along an edge in one direction."""
    directed = np.sort((triangles * count + np.roll(triangles, -1, axis=1)).ravel())
    return not (directed[1:] == directed[:-1]).any()


def _joined_parts(triangles: np.ndarray, count: int) -> np.ndarray:
    """The connected part (count,) of each vertex."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    start, end = triangles[:, :2].ravel(), triangles[:, 1:].ravel()
    graph = coo_array((np.ones(len(start), bool), (start, end)), shape=(count, count))
    return connected_components(graph, directed=False)[1]


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
