"""Grids of points to meshes."""

import os

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.formats.colours import plain_grey


def mesh_from_grid(
    points: np.ndarray, picture: np.ndarray | None, longest_edge: float, path: str | os.PathLike
) -> Mesh:
    """The Mesh of a grid of points and of the picture that covers it.

    points: (rows, columns, 3), NaN where there is none, row 0 at the top. picture: (H, W, 3) uint8 over the whole
    grid, or None for plain grey. longest_edge: neighbours farther apart are not joined, in the points' units.
    Raises ScanError with the file's name, path, if no three neighbours are measured.
    """
    rows, columns = points.shape[:2]
    measured = np.isfinite(points).all(axis=2)
    cells = np.where(measured, np.cumsum(measured).reshape(rows, columns) - 1, -1)
    vertices, triangles = points[measured], grid_triangles(cells)
    triangles = short_triangles(vertices, triangles, longest_edge)
    if len(triangles) == 0:
        raise ScanError(
            f"{path}: no three neighbours among {measured.sum()} measured points lie within {longest_edge:g} (the "
            "file's units) of each other; are datasets.NAME.unit and scans.pixel_spacing right?"
        )
    if picture is None:
        return Mesh(vertices, triangles, *plain_grey(len(triangles)))
    row, column = np.nonzero(measured)
    uv = np.stack([(column + 0.5) / columns, 1 - (row + 0.5) / rows], axis=1)
    return Mesh(vertices, triangles, uv[triangles], picture)


def short_triangles(vertices: np.ndarray, triangles: np.ndarray, longest_edge: float) -> np.ndarray:
    """The triangles (M, 3) none of whose edges is longer than longest_edge."""
    edges = vertices[triangles] - vertices[np.roll(triangles, 1, axis=1)]
    return triangles[(np.linalg.norm(edges, axis=2) <= longest_edge).all(axis=1)]


def grid_triangles(cells: np.ndarray) -> np.ndarray:
    """Triangles (M, 3) between the neighbours of a grid of point numbers (-1 for none), row 0 at the top."""
    corners = np.stack([cells[:-1, :-1], cells[1:, :-1], cells[1:, 1:], cells[:-1, 1:]], axis=-1).reshape(-1, 4)
    full = (corners >= 0).all(axis=1)
    three = (corners >= 0).sum(axis=1) == 3
    quads, partial = corners[full], corners[three]
    rest = partial[partial >= 0].reshape(-1, 3)  # the order of the corners is kept
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]], rest])
