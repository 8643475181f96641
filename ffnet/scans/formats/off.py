"""OFF and COFF, polygon meshes as text.

Own code, as open3d passes over what is missing in a file that was cut short, and trimesh over the colours of a COFF.
"""

import re

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import fan_triangles
from ffnet.scans.formats.numbers import read_numbers
from ffnet.scans.formats.part import Part

HEADER = re.compile(rb"(?P<kind>(?:ST)?C?N?OFF)\b\s*(?P<vertices>\d{1,9})\s+(?P<faces>\d{1,9})(?:\s+\d+)?[ \t]*\n")
COMMENT = re.compile(rb"#[^\n]*")


def read_off(data: bytes) -> tuple[list[Part], int]:
    """The part of an OFF, with the colours at the vertices of a COFF, and its number of vertices.

    Raises ScanError without the path.
    """
    text = re.sub(rb"\r\n?", b"\n", COMMENT.sub(b"", data)).lstrip() + b"\n"
    header = HEADER.match(text)
    if not header:
        raise ScanError(f"expected 'OFF' and the numbers of vertices and faces, found {text[:24]!r}")
    count, faces = int(header["vertices"]), int(header["faces"])
    lines = [line for line in text[header.end() :].split(b"\n") if line.strip()]
    if len(lines) < count + faces or count == 0 or faces == 0:
        raise ScanError(f"promises {count} vertices and {faces} faces, found {len(lines)} lines")
    rows = read_numbers(b"\n".join(lines[:count]), np.float64)
    if len(rows) % count or len(rows) < 3 * count:
        raise ScanError(f"{len(rows)} numbers of {count} vertices, not as many of each")
    rows = rows.reshape(count, -1)
    triangles = _triangles(lines[count : count + faces], count)
    coloured = header["kind"] == b"COFF" and rows.shape[1] >= 6
    return [Part(rows[:, :3], triangles, colours=rows[:, 3:6][triangles] if coloured else None)], count


def _triangles(lines: list[bytes], count: int) -> np.ndarray:
    """Triangles (M, 3) of faces, each a line: the number of its corners, those, and perhaps a colour."""
    sizes, corners = _rows(lines)
    if sizes.min() < 3:
        raise ScanError(f"a face of {sizes.min()} corners")
    if len(corners) != sizes.sum() or corners.min() < 0 or corners.max() >= count:
        raise ScanError(f"a face with fewer corners than it promises, or with a vertex that is not among the {count}")
    return corners[fan_triangles(np.cumsum(sizes) - sizes, sizes)]


def _rows(lines: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of corners of faces, and all those; quicker where they are alike."""
    try:
        rows = read_numbers(b"\n".join(lines), np.int64).reshape(len(lines), -1)
        if (rows[:, 0] == rows[0, 0]).all() and 0 < rows[0, 0] < rows.shape[1]:
            return rows[:, 0], rows[:, 1 : 1 + rows[0, 0]].ravel()
    except ValueError:  # a colour of fractions, or faces of several sizes
        pass
    words = [line.split() for line in lines]
    sizes = np.array([int(word[0]) for word in words])
    kept = [b" ".join(word[1 : size + 1]) for word, size in zip(words, sizes, strict=True)]
    return sizes, read_numbers(b" ".join(kept), np.int64)
