"""Vertices far off the surface around them. They are moved first, as the projection smears them over pixels."""

import numpy as np


def remove_spikes(vertices: np.ndarray, triangles: np.ndarray, height: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (N, 3) without spikes, and which were spikes (N,).

    vertices: (N, 3) mm. triangles: (M, 3) into them. A spike is farther than `height` mm from the median, along each
    axis, of the vertices that share a triangle with it; it is moved onto that median. height must exceed the spacing
    of the vertices, because at the mesh's border all neighbours lie on one side. None: nothing is moved.
    The paper's rule (section 2.2, Outlier Removal) works on pixels, where a single spike has become many.
    """
    if height is None or len(triangles) == 0:
        return vertices, np.zeros(len(vertices), bool)
    middle = _median_around(vertices, triangles)
    spikes = np.linalg.norm(vertices - middle, axis=1) > height
    return np.where(spikes[:, None], middle, vertices), spikes


def _median_around(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """The median (N, 3) along each axis of every vertex's neighbours; the vertex itself where it has none."""
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    pairs = np.unique(np.concatenate([sides @ [len(vertices), 1], sides @ [1, len(vertices)]]))
    vertex, other = np.divmod(pairs, len(vertices))
    count = np.bincount(vertex, minlength=len(vertices))
    joined = count > 0
    first = (np.cumsum(count) - count)[joined]
    low, high = first + (count[joined] - 1) // 2, first + count[joined] // 2
    middle, least = vertices.copy(), vertices.min()
    apart = vertex * (np.ptp(vertices) + 1.0)  # so that one sort keeps each vertex's neighbours together
    for axis in range(3):
        values = np.sort(apart + vertices[other, axis] - least) - apart + least
        middle[joined, axis] = (values[low] + values[high]) / 2
    return middle
