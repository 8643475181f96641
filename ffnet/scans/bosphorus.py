"""Bosphorus' range images (.bnt) with their photo (.png)."""

import os
import struct
from typing import NamedTuple

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.images import read_image

COLUMNS = 5  # x, y, z and the texture coordinates a, b


class RangeImage(NamedTuple):
    """points: (N, 5) float64, x, y, z in mm, a to the right and b downwards in [0, 1]; background left out.

    cells: (rows, columns) int64, each cell's number in points, -1 for background, row 0 at the top; None where the
    file holds an unordered cloud.
    """

    points: np.ndarray
    cells: np.ndarray | None


def read_bnt(path):
    """The RangeImage of a .bnt file. Raises ScanError that names the file and what is wrong with it."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        rows, columns, background, name_length = _unpack(file, "<HHdH", path, size)
        file.seek(name_length, os.SEEK_CUR)
        (count,) = _unpack(file, "<I", path, size)
        held = max(0, size - file.tell()) // 8
        if count % COLUMNS or count == 0:
            raise ScanError(f"{path}: header promises {count} numbers, not a multiple of {COLUMNS} (x, y, z, a, b)")
        if held < count:
            raise ScanError(
                f"{path}: header promises {COLUMNS} x {count // COLUMNS} values, the file holds {held}; "
                "it is cut short: copy it again"
            )
        points = np.frombuffer(file.read(8 * count), "<f8").reshape(COLUMNS, -1).T
    measured = np.isfinite(points).all(axis=1) & (points[:, :3] != background).all(axis=1)
    if not measured.any():
        raise ScanError(f"{path}: every point is background (z = {background:g})")
    cells = None
    if count // COLUMNS == rows * columns:
        cells = np.where(measured, np.cumsum(measured) - 1, -1).reshape(rows, columns)[::-1]
    return RangeImage(points[measured], cells)


def _unpack(file, form, path, size):
    data = file.read(struct.calcsize(form))
    if len(data) < struct.calcsize(form):
        raise ScanError(f"{path}: {size} bytes are too few for a .bnt header; the file is cut short: copy it again")
    return struct.unpack(form, data)


def read_bosphorus(mesh_path, texture_path, longest_edge):
    """The Mesh of a .bnt and its photo: neighbours in the grid are joined unless farther apart than longest_edge mm.

    An unordered cloud is joined by Delaunay triangles in x and y. Raises ScanError.
    """
    points, cells = read_bnt(mesh_path)
    if cells is not None:
        triangles = grid_triangles(cells)
    elif len(points) > COLUMNS:
        from scipy.spatial import Delaunay

        triangles = _counter_clockwise(points, Delaunay(points[:, :2]).simplices.astype(np.int64))
    else:
        raise ScanError(f"{mesh_path}: {len(points)} points are too few for a surface")
    vertices = np.ascontiguousarray(points[:, :3])
    edges = vertices[triangles] - vertices[np.roll(triangles, 1, axis=1)]
    triangles = triangles[(np.linalg.norm(edges, axis=2) <= longest_edge).all(axis=1)]
    uv = np.stack([points[:, 3], 1 - points[:, 4]], axis=1)
    return Mesh(vertices, triangles, uv[triangles], read_image(texture_path))


def grid_triangles(cells):
    """Triangles (M, 3) between the neighbours of a grid of point numbers (-1 for none), row 0 at the top."""
    corners = np.stack([cells[:-1, :-1], cells[1:, :-1], cells[1:, 1:], cells[:-1, 1:]], axis=-1).reshape(-1, 4)
    full = (corners >= 0).all(axis=1)
    three = (corners >= 0).sum(axis=1) == 3
    quads, partial = corners[full], corners[three]
    rest = partial[partial >= 0].reshape(-1, 3)  # the order of the corners is kept
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]], rest])


def _counter_clockwise(points, triangles):
    a, b, c = (points[triangles[:, i], :2] for i in range(3))
    turned = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) < (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    triangles[turned] = triangles[turned][:, ::-1]
    return triangles
