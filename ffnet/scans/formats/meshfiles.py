"""Meshes in common formats, read by open3d: OBJ with its MTL, GLB, OFF, STL."""

import json
import os
import pathlib
import re
import struct

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.formats.colours import bake_colours, plain_grey
from ffnet.scans.formats.contents import MEBIBYTE, read_contents
from ffnet.scans.formats.images import read_image
from ffnet.scans.formats.inside import named_file
from ffnet.scans.formats.open3d_process import read_parts

MOST_BYTES = 128 * MEBIBYTE
MOST_LIBRARIES = 100  # files of materials that an .obj may name
MATERIALS = re.compile(r"^[ \t]*mtllib[ \t]+(.+)$", re.MULTILINE)
ANY_MAP = re.compile(r"^[ \t]*(?:map_\w+|bump|disp|decal|norm|refl)[ \t]+(.+)$", re.MULTILINE | re.IGNORECASE)
COLOUR_MAP = re.compile(r"^[ \t]*map_Kd[ \t]+(.+)$", re.MULTILINE | re.IGNORECASE)


def read_meshfile(path: str, texture_path: str) -> Mesh:
    """The Mesh of an .obj, .glb, .off or .stl in the file's own units.

    texture_path: its image; if empty, the file's own texture, else its colours at the vertices, else plain grey.
    Raises ScanError.
    """
    suffix = pathlib.Path(path).suffix.lower()
    data = read_contents(path, MOST_BYTES, f"a mesh ({suffix})")
    if suffix == ".obj":
        pictures = _material_pictures(path, data)  # checked even with a texture given, as open3d follows every name
        texture_path = texture_path or _only_picture(path, pictures)
    if suffix == ".glb":
        check_glb(path, data)
    parts, words = read_parts(path)
    parts = [part for part in parts if len(part["triangles"])]
    if not parts:
        reason = f" ({words})" if words else ""
        raise ScanError(f"{path}: no triangle could be read{reason}; is it a whole {suffix} file with a surface?")
    shifts = np.cumsum([0] + [len(part["vertices"]) for part in parts[:-1]])
    vertices = np.concatenate([part["vertices"] for part in parts])
    triangles = np.concatenate([part["triangles"] + shift for part, shift in zip(parts, shifts, strict=True)])
    picture = read_image(texture_path) if texture_path else _picture_inside(path, parts) if suffix == ".glb" else None
    if picture is not None:
        if any("uv" not in part for part in parts):
            raise ScanError(f"{path}: a texture, but triangles without texture coordinates; export the mesh with them")
        return Mesh(vertices, triangles, np.concatenate([part["uv"] for part in parts]), picture)
    if any("colours" not in part for part in parts):
        return Mesh(vertices, triangles, *plain_grey(triangles))
    colours = 255 * np.concatenate([part["colours"] for part in parts])
    return Mesh(vertices, triangles, *bake_colours(triangles, colours))


def _picture_inside(path: str, parts: list[dict[str, np.ndarray]]) -> np.ndarray | None:
    """The one picture (H, W, 3) uint8 that all parts of a .glb have, or None if none has any."""
    pictures = [part["picture"] for part in parts if "picture" in part]
    if not pictures:
        return None
    if len(pictures) < len(parts) or not all(np.array_equal(picture, pictures[0]) for picture in pictures):
        raise ScanError(f"{path}: {len(parts)} parts without one texture for all; join them, for example in Blender")
    return np.ascontiguousarray(pictures[0], np.uint8)


def _only_picture(path: str, pictures: set[str]) -> str:
    if len(pictures) > 1:
        raise ScanError(f"{path}: {len(pictures)} textures; join them to one, for example with MeshLab or Blender")
    return pictures.pop() if pictures else ""


def _material_pictures(path: str, data: bytes) -> set[str]:
    """The paths of the images that an .obj names through its .mtl. Raises ScanError if one leads out of its folder."""
    lines = {line.strip() for line in MATERIALS.findall(_text(data))}
    if len(lines) > MOST_LIBRARIES:
        raise ScanError(f"{path}: names {len(lines)} files of materials, more than {MOST_LIBRARIES}; export it again")
    named = {named_file(path, name) for names in lines for name in [names, *names.split()]}
    libraries = sorted(filter(os.path.isfile, named))
    fallback = os.path.splitext(path)[0] + ".mtl"  # open3d looks there too
    if not libraries and os.path.isfile(fallback):
        libraries = [fallback]
    pictures = set()
    for library in libraries:
        text = _text(read_contents(library, MEBIBYTE, "materials (.mtl)"))
        for name in [name for values in ANY_MAP.findall(text) for name in [values.strip(), *values.split()]]:
            named_file(library, name)
        pictures |= {_mapped_file(library, values.strip()) for values in COLOUR_MAP.findall(text)}
    return pictures


def _mapped_file(library: str, values: str) -> str:
    """The file that the values of map_Kd name: all of them, as names may contain blanks, or the last, after options."""
    whole = named_file(library, values)
    return whole if os.path.isfile(whole) else named_file(library, values.split()[-1])


def _text(data: bytes) -> str:
    """Text with \n line ends, lines that end in a backslash joined with the next, as Assimp does."""
    return data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").replace("\\\n", "")


def check_glb(path: str, data: bytes) -> None:
    """Raises ScanError if the bytes of a .glb are cut short, lie about their size or name other files."""
    if len(data) < 20 or data[:4] != b"glTF" or data[16:20] != b"JSON":
        raise ScanError(f"{path}: not a .glb file: expected 'glTF' and a block 'JSON', found {data[:4]!r}")
    _, promised, length = struct.unpack_from("<III", data, 4)
    if promised != len(data) or length > len(data) - 20:
        raise ScanError(f"{path}: header promises {promised} bytes, the file holds {len(data)}; copy it again")
    uris: list[str] = []

    def note_uris(pairs: list[tuple[str, object]]) -> dict:  # at any depth, and all of them where a name occurs twice
        uris.extend(str(value) for name, value in pairs if name == "uri")
        return dict(pairs)

    try:
        json.loads(data[20 : 20 + length], object_pairs_hook=note_uris)
    except (ValueError, RecursionError) as error:
        raise ScanError(f"{path}: the block 'JSON' cannot be read ({error}); copy it again") from error
    outside = [uri for uri in uris if not uri.startswith("data:")]
    if outside:
        raise ScanError(f"{path}: names the file {outside[0][:80]!r}; export it with everything inside the .glb")
