"""Bosphorus' range images (.bnt) with their photo (.png)."""

import os
import struct
from typing import NamedTuple

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.formats.contents import MEBIBYTE, describe, read_contents
from ffnet.scans.formats.images import read_image
from ffnet.scans.formats.range_grid import grid_triangles, short_triangles

COLUMNS = 5  # x, y, z and the texture coordinates a, b
MOST_BYTES = 64 * MEBIBYTE  # Bosphorus' own have some 2 MB
MOST_UNORDERED = 100_000  # points of a cloud: Delaunay's triangles take seconds beyond
FARTHEST = 1e6  # mm: what lies a kilometre away is background, whatever the header calls background
THINNEST = 1e-12  # least share of the second variance in the first; below it all points lie on a line


class RangeImage(NamedTuple):
    """points: (N, 5) float64, x, y, z in mm, a to the right and b downwards in [0, 1]; without background.

    cells: (rows, columns) int64, each cell's number in points, -1 for background, row 0 at the top; None where the
    file holds an unordered cloud.
    """

    points: np.ndarray
    cells: np.ndarray | None


def read_bnt(path: str | os.PathLike) -> RangeImage:
    """The RangeImage of a .bnt file. Raises ScanError."""
    data = read_contents(path, MOST_BYTES, "a range image (.bnt)")
    try:
        rows, columns, background, name_length = struct.unpack_from("<HHdH", data)
        (count,) = struct.unpack_from("<I", data, 14 + name_length)
    except struct.error as error:
        raise ScanError(
            f"{path}: {len(data)} bytes are too few for a .bnt header; the file is cut short "
            f"or not a range image ({describe(data)}): copy it again"
        ) from error
    start = 18 + name_length
    held = (len(data) - start) // 8
    if count % COLUMNS or count == 0:
        raise ScanError(
            f"{path}: header promises {count} numbers, not a multiple of {COLUMNS} (x, y, z, a, b); it is damaged "
            f"or not a range image ({describe(data)}): copy it again"
        )
    if held < count:
        raise ScanError(
            f"{path}: header promises {COLUMNS} x {count // COLUMNS} values, the file holds {held}; "
            f"it is cut short or not a range image ({describe(data)}): copy it again"
        )
    points = np.frombuffer(data, "<f8", count, start).reshape(COLUMNS, -1).T
    measured = np.isfinite(points).all(axis=1) & (points[:, :3] != background).all(axis=1)
    measured[measured] = (np.abs(points[measured, :3]) < FARTHEST).all(axis=1)
    if not measured.any():
        raise ScanError(f"{path}: every point is background (z = {background:g}) or not finite: copy it again")
    cells = None
    if count // COLUMNS == rows * columns:
        cells = np.where(measured, np.cumsum(measured) - 1, -1).reshape(rows, columns)[::-1]
    return RangeImage(points[measured], cells)


def read_bosphorus(mesh_path: str | os.PathLike, texture_path: str | os.PathLike, longest_edge: float) -> Mesh:
    """The Mesh of a .bnt and its photo: neighbours in the grid are joined unless farther apart than longest_edge mm.

    An unordered cloud is joined by Delaunay triangles in x and y. Raises ScanError.
    """
    points, cells = read_bnt(mesh_path)
    vertices = np.ascontiguousarray(points[:, :3])
    _check_spread(vertices, mesh_path)
    triangles = _cloud_triangles(vertices, mesh_path) if cells is None else grid_triangles(cells)
    triangles = short_triangles(vertices, triangles, longest_edge)
    if len(triangles) == 0:
        raise ScanError(
            f"{mesh_path}: no three neighbours among {len(points)} points lie within {longest_edge:g} mm of each "
            "other; is the file in millimetres? If so, raise scans.longest_edge"
        )
    uv = np.stack([points[:, 3], 1 - points[:, 4]], axis=1)
    return Mesh(vertices, triangles, uv[triangles], read_image(texture_path))


def _check_spread(vertices: np.ndarray, path: str | os.PathLike) -> None:
    if len(vertices) < 3:
        raise ScanError(f"{path}: {len(vertices)} measured points are too few for a surface: leave the scan out")
    variances = np.linalg.svd(np.cov(vertices.T), compute_uv=False)
    if variances[1] <= THINNEST * variances[0]:
        raise ScanError(f"{path}: its {len(vertices)} measured points lie on a line, not a surface: leave the scan out")


def _cloud_triangles(vertices: np.ndarray, path: str | os.PathLike) -> np.ndarray:
    """Delaunay's triangles (M, 3) in x and y, counter-clockwise."""
    from scipy.spatial import Delaunay, QhullError

    if len(vertices) > MOST_UNORDERED:
        raise ScanError(
            f"{path}: an unordered cloud of {len(vertices)} points; at most {MOST_UNORDERED} can be "
            "triangulated: thin it out"
        )
    try:
        triangles = Delaunay(vertices[:, :2]).simplices.astype(np.int64)
    except QhullError as error:
        raise ScanError(
            f"{path}: an unordered cloud of {len(vertices)} points that forms no surface seen from the front: "
            "leave the scan out"
        ) from error
    return _counter_clockwise(vertices, triangles)


def _counter_clockwise(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (points[triangles[:, i], :2] for i in range(3))
    turned = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) < (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    triangles[turned] = triangles[turned][:, ::-1]
    return triangles
