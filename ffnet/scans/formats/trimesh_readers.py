"""OBJ and STL, read by trimesh.

Its readers of single files are used rather than its scenes, as they keep a file's vertices and colours as they are.
"""

import io
import re

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.topology import join_vertices
from ffnet.scans.formats.part import Part

MATERIAL = re.compile(rb"\nusemtl[ ]+(.*?)[ ]*$", re.MULTILINE)
INDENTED = re.compile(rb"\n +")


def read_obj(data: bytes) -> tuple[list[Part], int]:
    """The parts of an OBJ and its number of vertices. A part's picture is the name of its material."""
    from trimesh.exchange.obj import load_obj

    text = b"\n" + data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\t", b" ").replace(b"\\\n", b"")
    text = INDENTED.sub(b"\n", text) if b"\n " in text else text
    library = b"".join(b"newmtl " + name + b"\n" for name in sorted(set(MATERIAL.findall(text))))
    text = b"mtllib all" + text.replace(b"mtllib", b"#")  # no other file is read: trimesh gets the names alone
    meshes = load_obj(io.BytesIO(text), {"all": library}, split_groups=True)
    parts = [_obj_part(mesh) for mesh in meshes.get("geometry", {}).values()]
    faces, read = text.count(b"\nf "), sum(len(part.triangles) for part in parts)
    if read < faces:
        raise ScanError(f"{faces - read} of {faces} faces cannot be read")
    return parts, text.count(b"\nv ")


def _obj_part(mesh: dict) -> Part:
    faces, visual = np.asarray(mesh["faces"]), mesh["visual"]
    triangles = faces[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3) if faces.shape[1] == 4 else faces
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
