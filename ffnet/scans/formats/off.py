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
COMMENT = re.compile(rb"#[^\r\n]*")
BLANK = re.compile(rb"\n\s+")


def read_off(data: bytes) -> tuple[list[Part], int]:
    """The part of an OFF, with the colours at the vertices of a COFF, and its number of vertices.

    Raises ScanError without the path.
    """
    text, ends = _lines(data)
    header = HEADER.match(text)
    if not header:
        raise ScanError(f"expected 'OFF' and the numbers of vertices and faces, found {text[:24]!r}")
    count, faces = int(header["vertices"]), int(header["faces"])
    ends = ends[np.searchsorted(ends, header.end()) :]
    if len(ends) < count + faces or count == 0 or faces == 0:
        raise ScanError(f"promises {count} vertices and {faces} faces, found {len(ends)} lines")
    middle = int(ends[count - 1])
    rows = read_numbers(text, np.float64, header.end(), middle)
    if len(rows) % count or len(rows) < 3 * count:
        raise ScanError(f"{len(rows)} numbers of {count} vertices, not as many of each")
    rows = rows.reshape(count, -1)
    triangles = _triangles(text, middle + 1, int(ends[count + faces - 1]), faces, count)
    coloured = header["kind"] == b"COFF" and rows.shape[1] >= 6
    return [Part(rows[:, :3], triangles, colours=rows[:, 3:6][triangles] if coloured else None)], count


def _lines(data: bytes) -> tuple[bytes, np.ndarray]:
    """The text of an OFF without comments and blank lines, and the places of its line ends."""
    text = COMMENT.sub(b"", data) if b"#" in data else data
    text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text
    text = text.lstrip() if text.endswith(b"\n") else text.lstrip() + b"\n"
    codes = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(codes == ord("\n"))
    if (codes[ends[:-1] + 1] <= ord(" ")).any():
        text = BLANK.sub(b"\n", text)
        ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
    return text, ends


def _triangles(text: bytes, start: int, end: int, faces: int, count: int) -> np.ndarray:
    """Triangles (M, 3) of faces, each a line of text[start:end]: the number of its corners, those, and perhaps a
    colour."""
    sizes, corners = _rows(text, start, end, faces)
    if sizes.min() < 3:
        raise ScanError(f"a face of {sizes.min()} corners")
    if len(corners) != sizes.sum() or corners.min() < 0 or corners.max() >= count:
        raise ScanError(f"a face with fewer corners than it promises, or with a vertex that is not among the {count}")
    return corners[fan_triangles(np.cumsum(sizes) - sizes, sizes)]


def _rows(text: bytes, start: int, end: int, faces: int) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of corners of faces, and all those; quicker where they are alike."""
    try:
        rows = read_numbers(text, np.int64, start, end).reshape(faces, -1)
        if (rows[:, 0] == rows[0, 0]).all() and 0 < rows[0, 0] < rows.shape[1]:
            return rows[:, 0].copy(), rows[:, 1 : 1 + rows[0, 0]].ravel()
    except ValueError:  # a colour of fractions, or faces of several sizes
        pass
    words = [line.split() for line in text[start:end].split(b"\n")]
    sizes = np.array([int(word[0]) for word in words])
    kept = [b" ".join(word[1 : size + 1]) for word, size in zip(words, sizes, strict=True)]
    return sizes, read_numbers(b" ".join(kept), np.int64)
