"""Meshes in common formats, read by open3d: OBJ with its MTL, GLB, OFF, STL."""

import json
import os
import pathlib
import re
import struct

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.colours import bake_colours, plain_grey
from ffnet.scans.images import read_image
from ffnet.scans.inside import inside_folder
from ffnet.scans.open3d_process import read_parts

TERMINAL_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
MATERIALS = re.compile(r"^[ \t]*mtllib[ \t]+(.+?)[ \t]*$", re.MULTILINE)
ANY_MAP = re.compile(r"^[ \t]*(?:map_\w+|bump|disp|decal|norm|refl)[ \t]+(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
COLOUR_MAP = re.compile(r"^[ \t]*map_Kd[ \t]+(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)


def read_meshfile(path, texture_path):
    """The Mesh of an .obj, .glb, .off or .stl in the file's own units.

    texture_path: its image; if empty, the file's own texture, else its colours at the vertices, else plain grey.
    Raises ScanError.
    """
    suffix = pathlib.Path(path).suffix.lower()
    if suffix == ".obj":
        texture_path = texture_path or _material_picture(path)
    if suffix == ".glb":
        check_glb(path)
    parts, words = read_parts(path)
    parts = [part for part in parts if len(part["triangles"])]
    if not parts:
        reason = f" ({TERMINAL_COLOUR.sub('', words).splitlines()[-1][:200]})" if words else ""
        raise ScanError(f"{path}: no triangle could be read{reason}; is it a whole {suffix} file with a surface?")
    shifts = np.cumsum([0] + [len(part["vertices"]) for part in parts[:-1]])
    vertices = np.concatenate([part["vertices"] for part in parts])
    triangles = np.concatenate([part["triangles"] + shift for part, shift in zip(parts, shifts, strict=True)])
    picture = read_image(texture_path) if texture_path else _picture_inside(path, parts) if suffix == ".glb" else None
    if picture is not None:
        if any(part["uv"] is None for part in parts):
            raise ScanError(f"{path}: a texture, but triangles without texture coordinates; export the mesh with them")
        return Mesh(vertices, triangles, np.concatenate([part["uv"] for part in parts]), picture)
    if any(part["colours"] is None for part in parts):
        return Mesh(vertices, triangles, *plain_grey(triangles))
    colours = 255 * np.concatenate([part["colours"] for part in parts])
    return Mesh(vertices, triangles, *bake_colours(triangles, colours))


def _picture_inside(path, parts):
    """The one picture (H, W, 3) uint8 that all parts of a .glb have, or None if none has any."""
    pictures = [part["picture"] for part in parts]
    if all(picture is None for picture in pictures):
        return None
    if any(picture is None or not np.array_equal(picture, pictures[0]) for picture in pictures):
        raise ScanError(f"{path}: {len(parts)} parts without one texture for all; join them, for example in Blender")
    return np.ascontiguousarray(pictures[0], np.uint8)


def _material_picture(path):
    """The path of the image that an .obj names through its .mtl, or ""; every name in both is held to the folder."""
    named = {inside_folder(path, name) for names in MATERIALS.findall(_text(path)) for name in [names, *names.split()]}
    libraries = sorted(filter(os.path.isfile, named))
    fallback = os.path.splitext(path)[0] + ".mtl"  # open3d looks there too
    if not libraries and os.path.isfile(fallback):
        libraries = [fallback]
    pictures = set()
    for library in libraries:
        text = _text(library)
        for name in [name for values in ANY_MAP.findall(text) for name in [values, *values.split()]]:
            inside_folder(library, name)
        pictures |= {_mapped_file(library, values) for values in COLOUR_MAP.findall(text)}
    if len(pictures) > 1:
        raise ScanError(f"{path}: {len(pictures)} textures; join them to one, for example with MeshLab or Blender")
    return pictures.pop() if pictures else ""


def _mapped_file(library, values):
    """The file that the values of map_Kd name: all of them, as names may hold blanks, or the last, behind options."""
    whole = inside_folder(library, values)
    return whole if os.path.isfile(whole) else inside_folder(library, values.split()[-1])


def _text(path):
    with open(path, encoding="utf-8", errors="replace", newline=None) as file:
        return file.read()


def check_glb(path):
    """Raises ScanError if a .glb is cut short, lies about its size or names other files."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        head = file.read(20)
        if len(head) < 20 or head[:4] != b"glTF" or head[16:] != b"JSON":
            raise ScanError(f"{path}: not a .glb file: 'glTF' and a block 'JSON' are wanted, {head[:4]!r} came")
        _, promised, length = struct.unpack("<III", head[4:16])
        if promised != size or length > size - 20:
            raise ScanError(f"{path}: header promises {promised} bytes, the file holds {size}; copy it again")
        text = file.read(length)
    try:
        content = json.loads(text)
        named = [one["uri"] for kind in ("buffers", "images") for one in content.get(kind, []) if "uri" in one]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ScanError(f"{path}: the block 'JSON' cannot be read ({error}); copy it again") from error
    if any(not str(uri).startswith("data:") for uri in named):
        raise ScanError(f"{path}: names the file {named[0]!r}; export it with everything inside the .glb")
