"""BU-3DFE's and BU-4DFE's meshes: VRML 2.0 text (.wrl) with a texture image."""

import gzip
import itertools
import os
import re
import zlib

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh, fan_triangles
from ffnet.scans.formats.contents import MEBIBYTE, describe, read_contents
from ffnet.scans.formats.images import read_image
from ffnet.scans.formats.numbers import read_numbers
from ffnet.scans.formats.vrml_transform import transformed

MOST_BYTES = 32 * MEBIBYTE  # of text; BU-3DFE's files have 2 to 3 MB
MOST_CORNERS = 64  # of a polygon; BU-3DFE's have 3 to 6
BOM = b"\xef\xbb\xbf"
COMMENT_OR_STRING = re.compile(rb'#[^\r\n]*|"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
CLOCKWISE = re.compile(rb"ccw\s+FALSE")
OPENING = re.compile(
    rb"\b(?:(Coordinate|TextureCoordinate)\s*\{\s*(point)|(Color)\s*\{\s*(color)|(coordIndex|texCoordIndex|colorIndex))\s*$"
)
INDEX = re.compile(rb"\bcoordIndex\s*\[")
EMPTY = re.compile(rb"\s*\]")
LONGEST_OPENING = 1000  # bytes before a bracket searched for its name
MOST_BLOCKS = 1000


def read_bu3dfe(mesh_path: str | os.PathLike, texture_path: str | os.PathLike) -> Mesh:
    """The Mesh of a .wrl and its image, polygons cut into fans of triangles.

    The blocks may come in any order, named by DEF or not, below Transform nodes, and the text may be gzip'd, as VRML
    allows. The texture is matched by file name; a url inside the .wrl is never followed. Raises ScanError.
    """
    text = blank_strings(read_vrml(mesh_path))
    return textured_mesh(text, find_blocks(text, mesh_path), mesh_path, texture_path)


def textured_mesh(
    text: bytes, blocks: dict[str, bytes], mesh_path: str | os.PathLike, texture_path: str | os.PathLike
) -> Mesh:
    """The Mesh of a .wrl's text and blocks of numbers, and of its image. Raises ScanError."""
    left_out = EMPTY.match(blocks.get("texCoordIndex", b"]")) and text.count(b"{") == text.count(b"}")
    if left_out and "coordIndex" in blocks:
        blocks = blocks | {"texCoordIndex": blocks["coordIndex"]}  # VRML allows omitting it where both are the same
    vertices, index, fans = read_shape(text, blocks, mesh_path)
    points = read_points(blocks, "TextureCoordinate point", mesh_path, width=2)
    texture_index = read_polygons(blocks, "texCoordIndex", len(points), mesh_path)
    check_polygons(index, texture_index, "texCoordIndex", mesh_path)
    return Mesh(vertices, index[fans], points[texture_index[fans]], read_image(texture_path))


def read_shape(
    text: bytes, blocks: dict[str, bytes], path: str | os.PathLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices (N, 3), polygons of them (K,), each closed by -1, and triangles (M, 3), as places in the polygons."""
    vertices = read_points(blocks, "Coordinate point", path, width=3)
    index = read_polygons(blocks, "coordIndex", len(vertices), path)
    if b"Transform" in text and (place := INDEX.search(text)):
        vertices = transformed(vertices, text, place.start(), path)
    ends = np.flatnonzero(index < 0)
    starts = np.concatenate([[0], ends[:-1] + 1])
    fans = fan_triangles(starts, ends - starts)
    at = text.find(b"ccw")
    return vertices, index, fans[:, ::-1] if at >= 0 and CLOCKWISE.match(text, at) else fans


def check_polygons(index: np.ndarray, other: np.ndarray, name: str, path: str | os.PathLike) -> None:
    """Raises ScanError unless the polygons (K,) of the block `name` have the sizes of those of coordIndex."""
    if not np.array_equal(index < 0, other < 0):
        raise ScanError(
            f"{path}: coordIndex has {np.sum(index < 0)} polygons and {name} {np.sum(other < 0)}, or of other sizes; "
            "they must have the same; export the mesh again"
        )


def read_vrml(path: str | os.PathLike) -> bytes:
    """The text of a .wrl, unzipped. Raises ScanError if it is not VRML 2.0."""
    data = read_contents(path, MOST_BYTES, "a VRML mesh")
    if data.startswith(b"\x1f\x8b"):
        data = _unzipped(path)
    text = data.removeprefix(BOM)
    if not text.lstrip().startswith((b"#VRML V2", b"#VRML V3")):
        raise ScanError(
            f"{path}: not a VRML 2.0 file: expected '#VRML V2.0 utf8' at its start, found {describe(text)}; "
            "copy or export it again"
        )
    return text


def blank_strings(text: bytes) -> bytes:
    """A .wrl's text with comments and strings blanked, as they may contain brackets."""
    head = text.index(b"#") + 1
    if text.find(b"#", head) < 0 and text.find(b'"', head) < 0:
        return text
    return COMMENT_OR_STRING.sub(b" ", text)


def _unzipped(path: str | os.PathLike) -> bytes:
    try:
        with gzip.open(path) as file:
            pieces: list[bytes] = []
            while sum(map(len, pieces)) <= MOST_BYTES and (piece := file.read(MEBIBYTE)):
                pieces.append(piece)
    except (OSError, EOFError, zlib.error) as error:
        raise ScanError(f"{path}: gzip'd and damaged or cut short ({error}): copy it again") from error
    if sum(map(len, pieces)) > MOST_BYTES:
        raise ScanError(
            f"{path}: unzips to more than {MOST_BYTES // MEBIBYTE} MiB, too large for a VRML mesh of a face"
        )
    return b"".join(pieces)


def find_blocks(text: bytes, path: str | os.PathLike) -> dict[str, bytes]:
    """{name: text from behind its bracket on} of the blocks of numbers."""
    parts = text.split(b"[", MOST_BLOCKS)
    blocks = {}
    for before, behind in itertools.pairwise(parts):
        opening = OPENING.search(before[-LONGEST_OPENING:])
        if not opening:
            continue
        name = b" ".join(filter(None, opening.groups())).decode()
        if name in blocks:
            raise ScanError(f"{path}: the block '{name} [' occurs twice; expected one mesh per file: split it")
        blocks[name] = behind
    return blocks


def read_numbers_of(blocks: dict[str, bytes], name: str, dtype: type, path: str | os.PathLike) -> np.ndarray:
    if name not in blocks:
        raise ScanError(
            f"{path}: the block '{name} [' is missing; the file is cut short or not a textured mesh: copy it again"
        )
    end = blocks[name].find(b"]")
    if end < 0:
        raise ScanError(f"{path}: the block '{name} [' has no closing ']'; the file is cut short: copy it again")
    try:
        return read_numbers(blocks[name], dtype, end=end)
    except ValueError as error:
        raise ScanError(
            f"{path}: the block '{name}' holds something other than numbers: {error}; it is damaged: copy it again"
        ) from error


def read_points(blocks: dict[str, bytes], name: str, path: str | os.PathLike, width: int) -> np.ndarray:
    values = read_numbers_of(blocks, name, np.float64, path)
    if len(values) == 0 or len(values) % width:
        raise ScanError(
            f"{path}: the block '{name}' holds {len(values)} numbers, not a multiple of {width}: copy it again"
        )
    if not np.isfinite(values).all():
        raise ScanError(f"{path}: the block '{name}' holds numbers that are not finite: export the mesh again")
    return values.reshape(-1, width)


def read_polygons(blocks: dict[str, bytes], name: str, count: int, path: str | os.PathLike) -> np.ndarray:
    """Vertex numbers (N,) of polygons, each closed by -1."""
    index = read_numbers_of(blocks, name, np.int64, path)
    if len(index) and index[-1] != -1:
        index = np.append(index, -1)  # VRML allows omitting the last -1
    if len(index) == 0:
        raise ScanError(f"{path}: the block '{name}' is empty: the mesh has no triangle; export it again")
    if index.min() < -1 or index.max() >= count:
        raise ScanError(
            f"{path}: the block '{name}' must hold numbers from 0 to {count - 1} and -1 at each end; "
            f"it has {index.min()} to {index.max()}: export the mesh again"
        )
    sizes = np.diff(np.flatnonzero(index < 0), prepend=-1) - 1
    if sizes.min() < 3 or sizes.max() > MOST_CORNERS:
        wrong = sizes.min() if sizes.min() < 3 else sizes.max()
        raise ScanError(
            f"{path}: the block '{name}' has a polygon of {wrong} vertices; expected 3 to {MOST_CORNERS}, "
            "then -1: export the mesh again"
        )
    return index
