"""Vertices far off the surface around them. They are moved first, as the projection smears them over pixels."""

import numpy as np

from ffnet.maps.cleaning import keep_worst
from ffnet.maps.settings import SpikeSettings

STEEPEST = 0.3  # least cosine between surface and view; heights along the view mean nothing on a steeper surface


def remove_spikes(
    vertices: np.ndarray, triangles: np.ndarray, settings: SpikeSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (N, 3) without spikes, and which were spikes (N,).

    vertices: (N, 3) mm, frontal. triangles: (M, 3) into them. The neighbours of a vertex share a triangle with it;
    their middle is their median along each axis. A spike is farther than a limit from the middle of its neighbours and,
    along the view, from the plane through the middles around it, which a single spike does not move. Both are needed:
    at a border the middle lies to one side, and in a narrow hollow the plane lies above. The limit is settings.height
    mm, or settings.spacings times the spacing of the vertices around where that is more: on a coarse mesh a nose stands
    out as a spike does. A spike is moved onto the middle. If more than the share settings.most_moved of the vertices
    are spikes, only those farthest from their middles are moved.
    settings.height None: nothing is moved. So it is in the paper, whose rule (section 2.2, Outlier Removal) works on
    pixels, where a single spike has become many.
    """
    spikes = np.zeros(len(vertices), bool)
    if settings.height is None or len(triangles) == 0:
        return vertices, spikes
    first, neighbours = _neighbours(triangles, len(vertices))
    middle = np.stack([_medians(vertices[neighbours, axis], first, vertices[:, axis]) for axis in range(3)], axis=1)
    lengths = np.linalg.norm(np.repeat(vertices, np.diff(first), axis=0) - vertices[neighbours], axis=1)
    spacing = _medians(lengths, first, np.zeros(len(vertices)))
    apart = np.linalg.norm(vertices - middle, axis=1)
    for vertex in np.flatnonzero(apart > settings.height):
        around = neighbours[first[vertex] : first[vertex + 1]]
        limit = max(settings.height, settings.spacings * np.median(spacing[around]))
        if apart[vertex] > limit:
            farther = np.concatenate([neighbours[first[other] : first[other + 1]] for other in around])
            others = np.setdiff1d(farther, [vertex])
            spikes[vertex] = _height_above(vertices[vertex], middle[others]) > limit
    spikes = keep_worst(spikes, apart, int(settings.most_moved * len(vertices)))
    return np.where(spikes[:, None], middle, vertices), spikes


def _neighbours(triangles: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The neighbours of vertex i are neighbours[first[i] : first[i + 1]]: returns first (N + 1,) and neighbours."""
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    vertex, other = np.divmod(np.unique(np.concatenate([sides @ [count, 1], sides @ [1, count]])), count)
    return np.concatenate([[0], np.cumsum(np.bincount(vertex, minlength=count))]), other


def _medians(values: np.ndarray, first: np.ndarray, alone: np.ndarray) -> np.ndarray:
    """The median (N,) of values[first[i] : first[i + 1]] for each i; that of `alone` (N,) where there are none."""
    count = np.diff(first)
    some = count > 0
    low, high = (first[:-1] + (count - 1) // 2)[some], (first[:-1] + count // 2)[some]
    least = values.min()
    apart = np.repeat(np.arange(len(count)), count) * (np.ptp(values) + 1.0)  # so that one sort keeps groups together
    ordered = np.sort(apart + values - least) - apart + least
    medians = alone.copy()
    medians[some] = (ordered[low] + ordered[high]) / 2
    return medians


def _height_above(point: np.ndarray, surface: np.ndarray) -> float:
    """How far a point (3,) lies, along z, from the plane through points (K, 3) of a surface, mm."""
    centre = surface.mean(axis=0)
    normal = np.linalg.eigh((surface - centre).T @ (surface - centre))[1][:, 0]
    return abs((point - centre) @ normal) / max(abs(normal[2]), STEEPEST)
