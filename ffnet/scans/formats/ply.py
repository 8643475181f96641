"""Polygon meshes in .ply, text or binary, with colours at the vertices or with texture coordinates."""

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh, fan_triangles
from ffnet.scans.formats.colours import bake_colours, plain_grey
from ffnet.scans.formats.contents import MEBIBYTE
from ffnet.scans.formats.images import read_image
from ffnet.scans.formats.inside import named_file
from ffnet.scans.formats.ply_tables import read_ply_tables

MOST_BYTES = 128 * MEBIBYTE
INDEX = ("vertex_indices", "vertex_index")
COLOURS = (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"), ("r", "g", "b"))
COORDINATES = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"))


def read_ply(path: str, texture_path: str) -> Mesh:
    """The Mesh of a .ply in the file's own units, polygons cut into fans of triangles.

    texture_path: its image; if empty, the one that the comment TextureFile names, else the colours at the vertices,
    else plain grey. Raises ScanError.
    """
    tables, texture_file = read_ply_tables(path, MOST_BYTES)
    vertex, face = tables.get("vertex", {}), tables.get("face", {})
    index = next((face[name] for name in INDEX if name in face), None)
    if not {"x", "y", "z"} <= vertex.keys() or not isinstance(index, tuple):
        raise ScanError(f"{path}: expected the elements vertex (x, y, z) and face (vertex_indices); export it again")
    vertices = np.stack([vertex[axis] for axis in "xyz"], axis=1).astype(float)
    lengths, corners = index
    if len(corners) == 0 or not 0 <= corners.min() <= corners.max() < len(vertices) or not lengths.min() >= 3:
        raise ScanError(
            f"{path}: expected faces of at least 3 corners, each a number from 0 to {len(vertices) - 1}; some of the "
            f"{len(lengths)} faces differ: export it again"
        )
    places = fan_triangles(np.cumsum(lengths) - lengths, lengths)
    triangles = corners[places].astype(np.int64)
    if not texture_path and texture_file:
        texture_path = named_file(path, texture_file)
    if texture_path:
        uv = _coordinates(path, vertex, face, lengths, places, triangles)
        return Mesh(vertices, triangles, uv, read_image(texture_path))
    for names in COLOURS:
        if set(names) <= vertex.keys():
            colours = np.stack([vertex[name] for name in names], axis=1).astype(float)
            whole = vertex[names[0]].dtype.kind in "iu"  # else fractions of 1
            return Mesh(vertices, triangles, *bake_colours(triangles, colours if whole else 255 * colours))
    return Mesh(vertices, triangles, *plain_grey(triangles))


def _coordinates(
    path: str, vertex: dict, face: dict, lengths: np.ndarray, places: np.ndarray, triangles: np.ndarray
) -> np.ndarray:
    """Texture coordinates (M, 3, 2), from the faces (texcoord) or the vertices (s, t)."""
    texcoord = face.get("texcoord")
    if isinstance(texcoord, tuple) and np.array_equal(texcoord[0], 2 * lengths):
        return texcoord[1].reshape(-1, 2)[places].astype(float)
    for names in COORDINATES:
        if set(names) <= vertex.keys():
            return np.stack([vertex[name] for name in names], axis=1).astype(float)[triangles]
    raise ScanError(f"{path}: a texture but no texture coordinates; export the mesh with them")
