"""Grids of points to meshes."""

import os

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.bosphorus import grid_triangles, short_triangles
from ffnet.scans.colours import plain_grey


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
        return Mesh(vertices, triangles, *plain_grey(triangles))
    row, column = np.nonzero(measured)
    uv = np.stack([(column + 0.5) / columns, 1 - (row + 0.5) / rows], axis=1)
    return Mesh(vertices, triangles, uv[triangles], picture)
