"""A smoother head: a step of Catmull and Clark's subdivision, as a matrix for every shape of the same mesh."""

from typing import NamedTuple

import numpy as np
import scipy.sparse


class Surface(NamedTuple):
    """The refined mesh: vertices are matrix @ the Head's vertices; the first N belong to the Head's own.

    matrix: (V, N) sparse. triangles: (T, 3) int64. parts: (T,) int64 into makehuman.PARTS.
    """

    matrix: scipy.sparse.csr_matrix
    triangles: np.ndarray
    parts: np.ndarray


def refine(count: int, quads: np.ndarray, parts: np.ndarray) -> Surface:
    """The Surface of a mesh of `count` vertices and quads (M, 4) with a part (M,) each."""
    edges, edge_of_side, uses = _edges(quads)
    faces = _averaging(quads, count)
    ends = _averaging(edges, count)
    side_of_edge = scipy.sparse.csr_matrix(
        (np.ones(edge_of_side.size), (edge_of_side.ravel(), np.repeat(np.arange(len(quads)), 4))),
        shape=(len(edges), len(quads)),
    )
    inner = (uses == 2).astype(float)
    half = scipy.sparse.diags(inner / 2)
    edge_points = (scipy.sparse.diags(1 - inner / 2)) @ ends + half @ (side_of_edge / 2) @ faces
    vertex_points = _vertex_points(count, quads, edges, inner, faces, ends)
    matrix = scipy.sparse.vstack([vertex_points, edge_points, faces]).tocsr()
    corner, following = quads, count + edge_of_side
    middle = np.repeat(count + len(edges) + np.arange(len(quads))[:, None], 4, axis=1)
    small = np.stack([corner, following, middle, np.roll(following, 1, axis=1)], axis=-1).reshape(-1, 4)
    triangles = np.concatenate([small[:, [0, 1, 2]], small[:, [0, 2, 3]]])
    return Surface(matrix, triangles, np.tile(np.repeat(parts, 4), 2))


def _edges(quads: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Edges (E, 2), the edge of each side of each quad (M, 4), and by how many quads each edge is used (E,)."""
    sides = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1), axis=-1).reshape(-1, 2)
    edges, inverse, uses = np.unique(sides, axis=0, return_inverse=True, return_counts=True)
    return edges, inverse.reshape(-1, 4), uses


def _averaging(groups: np.ndarray, count: int) -> scipy.sparse.csr_matrix:
    """Matrix that takes the mean of the vertices in each row of groups (K, n)."""
    rows = np.repeat(np.arange(len(groups)), groups.shape[1])
    values = np.full(groups.size, 1 / groups.shape[1])
    return scipy.sparse.csr_matrix((values, (rows, groups.ravel())), shape=(len(groups), count))


def _vertex_points(
    count: int,
    quads: np.ndarray,
    edges: np.ndarray,
    inner: np.ndarray,
    faces: scipy.sparse.csr_matrix,
    ends: scipy.sparse.csr_matrix,
) -> scipy.sparse.csr_matrix:
    """Inside (Q + 2 R + (n - 3) S) / n; along a border, the mean of its midpoints and the vertex itself."""

    def mean_around(
        groups: np.ndarray, weights: np.ndarray, points: scipy.sparse.csr_matrix
    ) -> tuple[scipy.sparse.csr_matrix, np.ndarray]:
        rows, columns = groups.ravel(), np.repeat(np.arange(len(groups)), groups.shape[1])
        around = scipy.sparse.csr_matrix((weights[columns], (rows, columns)), shape=(count, len(groups)))
        total = np.asarray(around.sum(axis=1)).ravel()
        return scipy.sparse.diags(np.divide(1, total, where=total > 0, out=np.zeros(count))) @ around @ points, total

    face_mean, _ = mean_around(quads, np.ones(len(quads)), faces)
    edge_mean, valence = mean_around(edges, np.ones(len(edges)), ends)
    border_mean, on_border = mean_around(edges, 1 - inner, ends)
    itself = scipy.sparse.identity(count, format="csr")
    n = np.maximum(valence, 3)
    smooth = (
        scipy.sparse.diags(1 / n) @ face_mean
        + scipy.sparse.diags(2 / n) @ edge_mean
        + scipy.sparse.diags((n - 3) / n) @ itself
    )
    border = (border_mean + itself) / 2
    at_border = scipy.sparse.diags((on_border > 0).astype(float))
    return at_border @ border + (itself - at_border) @ smooth
