"""OBJ and STL, read by trimesh.

Its readers of single files are used rather than its scenes, as they keep a file's vertices and colours as they are.
"""

import io
import re

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.topology import join_vertices
from ffnet.scans.formats.part import Part

MATERIAL = re.compile(rb"\nusemtl +([^\n]*)")
NUMBER = re.compile(rb"(?:-?\d{1,9})?")
INDENTED = re.compile(rb"\n +")
# a face that is not three or more corners with positive numbers
UNUSUAL = re.compile(rb"\nf (?!(?: *+[1-9][\d/]*+(?=[ \n])){3,}+ *+\n)")
MAPPED = re.compile(rb"\nf +\d+/\d")
BARE = re.compile(rb"\nf +\d+(?: |//)")


def read_obj(data: bytes) -> tuple[list[Part], int]:
    """The parts of an OBJ and its number of vertices. A part's picture is the name of its material."""
    from trimesh.exchange.obj import load_obj

    text = b"\n" + data + b"\n"
    text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\t", b" ").replace(b"\\\n", b"")
    text = INDENTED.sub(b"\n", text) if b"\n " in text else text
    if UNUSUAL.search(text) or (BARE.search(text) and MAPPED.search(text)):
        text = _usual(text)
    library = b"".join(b"newmtl " + name.rstrip(b" ") + b"\n" for name in sorted(set(MATERIAL.findall(text))))
    text = b"mtllib all" + text.replace(b"mtllib", b"#")  # no other file is read: trimesh gets the names alone
    meshes = load_obj(io.BytesIO(text), {"all": library}, split_groups=True)
    parts = [_obj_part(mesh) for mesh in meshes.get("geometry", {}).values()]
    faces, read = text.count(b"\nf "), sum(len(part.triangles) for part in parts)
    if read < faces:
        raise ScanError(f"{faces - read} of {faces} faces cannot be read")
    return parts, text.count(b"\nv ")


def _usual(text: bytes) -> bytes:
    """The text of an OBJ as trimesh reads it right.

    Its faces have numbers from 1 on instead of those that count back from their line, no comments, and are in groups
    with or without texture coordinates. Raises ScanError.
    """
    counts, group = dict.fromkeys((b"v", b"vt", b"vn"), 0), b""
    mapped: bool | None = None
    lines = []
    for line in text.split(b"\n"):
        kind, _, rest = line.partition(b" ")
        if kind in counts:
            counts[kind] += 1
        elif kind == b"g":
            group, mapped = rest, None
        elif kind == b"f":
            corners = [_corner(word, tuple(counts.values())) for word in rest.partition(b"#")[0].split()]
            if len(corners) < 3:
                raise ScanError(f"a face of {len(corners)} corners: {line[:60]!r}")
            now = all(len(corner) > 1 and corner[1] for corner in corners)
            if mapped is not now:
                mapped = now
                lines.append(b"g " + group + (b" mapped" if mapped else b" bare"))
            line = b"f " + b" ".join(map(b"/".join, corners))
        lines.append(line)
    return b"\n".join(lines)


def _corner(word: bytes, counts: tuple[int, ...]) -> list[bytes]:
    """The numbers, from 1 on, of a face's corner such as 12/-1/3, b"" for one left out.

    counts: how many vertices, texture coordinates and normals its line follows.
    """
    numbers = []
    for number, count in zip(word.split(b"/"), counts, strict=False):
        if not NUMBER.fullmatch(number):
            raise ScanError(f"expected the numbers of a face's corner, found {word[:24]!r}")
        value = int(number or 0) + (count + 1 if number.startswith(b"-") else 0)
        if number and value < 1:
            raise ScanError(f"expected the numbers of a face's corner from 1 on, found {word[:24]!r}")
        numbers.append(b"%d" % value if number else b"")
    return numbers


def _obj_part(mesh: dict) -> Part:
    faces, visual = np.asarray(mesh["faces"]), mesh["visual"]
    fan = [[0, corner, corner + 1] for corner in range(1, faces.shape[1] - 1)]
    triangles = faces if len(fan) == 1 else faces[:, fan].reshape(-1, 3)
    colours, uv = mesh.get("vertex_colors"), getattr(visual, "uv", None)
    return Part(
        np.asarray(mesh["vertices"], float),
        triangles,
        uv=None if uv is None else uv[triangles],
        colours=None if colours is None else colours[triangles],
        picture=getattr(getattr(visual, "material", None), "name", None),
    )


def read_stl(data: bytes) -> tuple[list[Part], int]:
    """The parts of a binary or text STL, which has no vertices of its own: three for each triangle, here joined."""
    from trimesh.exchange.stl import load_stl

    loaded = load_stl(io.BytesIO(data))
    meshes = loaded["geometry"].values() if "geometry" in loaded else [loaded]
    return [Part(*join_vertices(np.asarray(mesh["vertices"], float), np.asarray(mesh["faces"]))) for mesh in meshes], 0
