"""Polygon meshes in .ply, text or binary, with colours at vertices or faces, or with texture coordinates."""

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import fan_triangles
from ffnet.geometry.topology import strip_triangles
from ffnet.scans.formats.contents import MEBIBYTE
from ffnet.scans.formats.inside import named_texture
from ffnet.scans.formats.part import Part, make_mesh
from ffnet.scans.formats.ply_tables import read_ply_tables
from ffnet.scans.formats.scan_file import ScanFile

MOST_BYTES = 128 * MEBIBYTE
MOST_CORNERS = 128  # of a face
INDEX = ("vertex_indices", "vertex_index")
COLOURS = (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"), ("r", "g", "b"))
COORDINATES = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"))
CORNER_COORDINATES = ("texcoord", "t")  # lists of faces


def read_ply(path: str, texture_path: str) -> ScanFile:
    """The ScanFile of a .ply in the file's own units, polygons cut into fans of triangles.

    texture_path: see make_mesh; of several textures that comments TextureFile name, texnumber says which a face has.
    Raises ScanError.
    """
    tables, textures = read_ply_tables(path, MOST_BYTES)
    vertex, face = tables.get("vertex", {}), tables.get("face", {})
    faces, strips = _corner_list(face), _corner_list(tables.get("tristrips", {}))
    if not {"x", "y", "z"} <= vertex.keys() or (faces is None and strips is None):
        raise ScanError(f"{path}: expected the elements vertex (x, y, z) and face (vertex_indices); export it again")
    vertices, numbers = np.stack([vertex[axis] for axis in "xyz"], axis=1).astype(float), None
    if faces is not None:
        part, numbers = _face_part(path, vertices, vertex, face, *faces)
    elif strips is not None:
        part = Part(vertices, _strip_triangles(path, *strips, len(vertices)))
        part = part._replace(uv=_vertex_columns(vertex, COORDINATES, part.triangles))
    if part.colours is None:
        part = part._replace(colours=_vertex_columns(vertex, COLOURS, part.triangles))
    parts, notes = ([part], ()) if texture_path or not textures else _pages(path, part, numbers, textures)
    mesh, more = make_mesh(path, parts, texture_path)
    return ScanFile(mesh, len(vertices), (*notes, *more))


def _corner_list(rows: dict) -> tuple[np.ndarray, np.ndarray] | None:
    """The lengths of an element's lists of vertex numbers, and all of those; None if it has no such list."""
    return next((rows[name] for name in INDEX if isinstance(rows.get(name), tuple)), None)


def _face_part(
    path: str, vertices: np.ndarray, vertex: dict, face: dict, lengths: np.ndarray, corners: np.ndarray
) -> tuple[Part, np.ndarray | None]:
    """The Part of all faces, with what the faces themselves say of its colours, and the number of each triangle's
    texture (M,), None where the file has none."""
    if len(corners) == 0 or not 0 <= corners.min() <= corners.max() < len(vertices) or not lengths.min() >= 3:
        raise ScanError(
            f"{path}: expected faces of at least 3 corners, each a number from 0 to {len(vertices) - 1}; some of the "
            f"{len(lengths)} faces differ: export it again"
        )
    if lengths.max() > MOST_CORNERS:
        raise ScanError(f"{path}: a face has {lengths.max()} corners, at most {MOST_CORNERS} are read; triangulate it")
    places = fan_triangles(np.cumsum(lengths) - lengths, lengths)
    owner = np.repeat(np.arange(len(lengths)), lengths - 2)  # the face of each triangle
    triangles = corners.astype(np.int64)[places]
    uv = _vertex_columns(vertex, COORDINATES, triangles)
    for name in CORNER_COORDINATES:
        if isinstance(face.get(name), tuple) and np.array_equal(face[name][0], 2 * lengths):
            uv = face[name][1].reshape(-1, 2)[places].astype(float)
            break
    colours = None
    if not any(set(names) <= vertex.keys() for names in COLOURS):
        colours = _vertex_columns(face, COLOURS, np.repeat(owner[:, None], 3, axis=1))
    numbers = None
    for rows, places in ((face, owner), (vertex, triangles[:, 0])):
        if numbers is None and isinstance(rows.get("texnumber"), np.ndarray):
            numbers = rows["texnumber"][places].astype(np.int64)
    return Part(vertices, triangles, uv, colours), numbers


def _strip_triangles(path: str, lengths: np.ndarray, corners: np.ndarray, count: int) -> np.ndarray:
    """The triangles (M, 3) of strips of some lengths, one after another."""
    if len(corners) == 0 or not -1 <= corners.min() <= corners.max() < count:
        raise ScanError(f"{path}: expected triangle strips of numbers from 0 to {count - 1}, or -1; export it again")
    return strip_triangles(np.insert(corners.astype(np.int64), np.cumsum(lengths)[:-1].astype(int), -1))


def _vertex_columns(rows: dict, names: tuple[tuple[str, ...], ...], triangles: np.ndarray) -> np.ndarray | None:
    """The first of some sets of columns that rows have, at the triangles' corners (M, 3, columns); None if none."""
    for wanted in names:
        if set(wanted) <= rows.keys() and not any(isinstance(rows[name], tuple) for name in wanted):
            return np.stack([rows[name] for name in wanted], axis=1)[triangles]
    return None


def _pages(
    path: str, part: Part, numbers: np.ndarray | None, textures: list[str]
) -> tuple[list[Part], tuple[str, ...]]:
    """A Part for each texture that triangles have, by its number (M,); and notes."""
    if numbers is None:
        if len(set(textures)) > 1:
            raise ScanError(f"{path}: names {len(textures)} textures, and no texnumber says which face has which")
        numbers = np.zeros(len(part.triangles), int)
    used = np.unique(numbers)
    if used[0] < 0 or used[-1] >= len(textures):
        raise ScanError(
            f"{path}: names {len(textures)} textures, but faces have those numbered {used[0]} to {used[-1]}, counted "
            "from 0; export it again"
        )
    files = {number: named_texture(path, textures[number], path) for number in used}
    parts = [
        part._replace(
            triangles=part.triangles[numbers == number],
            uv=None if part.uv is None else part.uv[numbers == number],
            colours=None if part.colours is None else part.colours[numbers == number],
            picture=file,
        )
        for number, (file, _) in files.items()
    ]
    return parts, tuple(note for _, note in files.values() if note)
