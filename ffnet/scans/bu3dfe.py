"""BU-3DFE's meshes: VRML 2.0 text (.wrl) with its composite texture (.bmp)."""

import re

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.images import read_image

COMMENT = re.compile(rb"#[^\r\n]*")
BLOCKS = {
    "Coordinate point": re.compile(rb"Coordinate\s*\{\s*point\s*\["),
    "coordIndex": re.compile(rb"\bcoordIndex\s*\["),
    "TextureCoordinate point": re.compile(rb"TextureCoordinate\s*\{\s*point\s*\["),
    "texCoordIndex": re.compile(rb"texCoordIndex\s*\["),
}


def read_bu3dfe(mesh_path, texture_path):
    """The Mesh of a .wrl and its .bmp, polygons cut into fans of triangles.

    The texture is matched by file name; a url inside the .wrl is never followed.
    Raises ScanError that names the file and what is wrong with it.
    """
    with open(mesh_path, "rb") as file:
        text = file.read()
    if not text.startswith(b"#VRML"):
        raise ScanError(f"{mesh_path}: not a VRML file: '#VRML' is wanted at its start, {text[:16]!r} came")
    text = COMMENT.sub(b"", text)
    vertices = _read_numbers(text, "Coordinate point", mesh_path, width=3)
    points = _read_numbers(text, "TextureCoordinate point", mesh_path, width=2)
    triangles = _read_polygons(text, "coordIndex", len(vertices), mesh_path)
    corners = _read_polygons(text, "texCoordIndex", len(points), mesh_path)
    if len(corners) != len(triangles):
        raise ScanError(
            f"{mesh_path}: coordIndex gives {len(triangles)} triangles and texCoordIndex {len(corners)}; "
            "they must have the same polygons"
        )
    return Mesh(vertices, triangles, points[corners], read_image(texture_path))


def _block(text, name, path):
    start = BLOCKS[name].search(text)
    if not start:
        raise ScanError(f"{path}: the block '{name} [' is missing; the file is cut short or not a textured mesh")
    end = text.find(b"]", start.end())
    if end < 0:
        raise ScanError(f"{path}: the block '{name} [' has no closing ']'; the file is cut short: copy it again")
    return text[start.end() : end].replace(b",", b" ")


def _numbers(block, dtype, name, path):
    try:
        return np.array(block.split(), dtype=dtype)
    except (ValueError, OverflowError) as error:
        raise ScanError(f"{path}: the block '{name}' holds something that is no number: {error}") from error


def _read_numbers(text, name, path, width):
    values = _numbers(_block(text, name, path), np.float64, name, path)
    if len(values) == 0 or len(values) % width:
        raise ScanError(f"{path}: the block '{name}' holds {len(values)} numbers, not a multiple of {width}")
    if not np.isfinite(values).all():
        raise ScanError(f"{path}: the block '{name}' holds numbers that are not finite")
    return values.reshape(-1, width)


def _read_polygons(text, name, count, path):
    """Triangles (M, 3) of polygons written as vertex numbers, each closed by -1; the fan of each first vertex."""
    index = _numbers(_block(text, name, path), np.int64, name, path)
    if len(index) and index[-1] != -1:
        index = np.append(index, -1)  # VRML lets the last -1 out
    if len(index) == 0 or index.min() < -1 or index.max() >= count:
        raise ScanError(f"{path}: the block '{name}' must hold numbers from 0 to {count - 1} and -1 at each end")
    ends = np.flatnonzero(index == -1)
    starts = np.concatenate([[0], ends[:-1] + 1])
    sizes = ends - starts
    if sizes.min() < 3:
        raise ScanError(f"{path}: the block '{name}' has a polygon of {sizes.min()} vertices; at least 3 are needed")
    first = np.repeat(starts, sizes - 2)
    nth = np.arange(len(first)) - np.repeat(np.cumsum(sizes - 2) - (sizes - 2), sizes - 2)
    return np.stack([index[first], index[first + nth + 1], index[first + nth + 2]], axis=1)
