"""The textures that an .obj names through its files of materials (.mtl)."""

import os
import re
from collections.abc import Sequence, Set
from typing import NamedTuple

from ffnet.errors import ScanError
from ffnet.scans.formats.contents import MEBIBYTE, read_contents
from ffnet.scans.formats.inside import find_inside, named_texture
from ffnet.scans.formats.part import Part

MOST_LIBRARIES = 100  # files of materials that an .obj may name
LIBRARY = re.compile(rb"\n[ \t]*+mtllib[ \t]++([^\n]+)")
LINE = re.compile(r"^[ \t]*+(newmtl|map_Kd)[ \t]++([^\n]+)", re.MULTILINE | re.IGNORECASE)


class Material(NamedTuple):
    """A material. library: the path of its .mtl. texture: the values of its map_Kd there, "" if it has none."""

    library: str
    texture: str


NO_MATERIAL = Material("", "")


def library_lines(data: bytes) -> set[str]:
    """What follows mtllib in the bytes of an .obj: the names of files of materials."""
    return {line.decode("utf-8", "replace").rstrip(" \t") for line in LIBRARY.findall(b"\n" + _joined(data))}


def with_textures(path: str, libraries: Set[str], parts: Sequence[Part]) -> tuple[list[Part], tuple[str, ...]]:
    """The parts of an .obj with the paths of textures in place of the names of materials; and notes.

    libraries: see library_lines. Faces without a material have the texture of the .mtl if it is the only one. Raises
    ScanError if a texture is not there, or none can be told for some faces.
    """
    materials, notes = read_materials(path, libraries)
    textures = sorted({material for material in materials.values() if material.texture})
    files: dict[Material, str] = {}
    found = []
    for part in parts:
        own = materials.get(part.picture) if isinstance(part.picture, str) else None
        if own is None and len(textures) > 1 and part.uv is not None:
            raise ScanError(f"{path}: has {len(textures)} textures, and faces without a material; export it again")
        material = own or (textures[0] if len(textures) == 1 else NO_MATERIAL)
        if material.texture and material not in files:
            files[material], note = _texture_file(material, path)
            notes += (note,) if note else ()
        found.append(part._replace(picture=files.get(material)))
    return found, notes


def _texture_file(material: Material, path: str) -> tuple[str, str]:
    """The path of a material's texture, and a note: see named_texture. All values of map_Kd are its name, which may
    contain blanks, or the last of them, after options."""
    library, values = material
    return named_texture(library, values if find_inside(library, values) else values.split()[-1], path)


def read_materials(path: str, lines: Set[str]) -> tuple[dict[str, Material], tuple[str, ...]]:
    """{name: Material} of an .obj with these library_lines, and notes on files of materials that are missing.

    Without a file of its own that is there, the one with the name of the .obj is read.
    """
    if len(lines) > MOST_LIBRARIES:
        raise ScanError(f"{path}: names {len(lines)} files of materials, more than {MOST_LIBRARIES}; export it again")
    libraries: dict[str, None] = {}
    missing = []
    for line in sorted(lines):
        found = [find_inside(path, name) for name in ([line] if find_inside(path, line) else line.split())]
        libraries |= dict.fromkeys(filter(None, found))
        missing += [line] if not all(found) else []
    beside = find_inside(path, os.path.splitext(os.path.basename(path))[0] + ".mtl")
    if not libraries and beside:
        libraries, missing = {beside: None}, []
    materials = {name: Material(library, texture) for library in libraries for name, texture in _textures(library)}
    return materials, tuple(
        f"{path}: names the materials {name[:80]!r}, which do not lie beside it; their textures are not used"
        for name in missing
    )


def _textures(library: str) -> list[tuple[str, str]]:
    """Name and values of map_Kd, or "", of each material of a .mtl."""
    text = _joined(read_contents(library, MEBIBYTE, "materials (.mtl)")).decode("utf-8", "replace")
    name, found = "", {"": ""}
    for word, values in LINE.findall(text):
        if word.lower() == "newmtl":
            name = " ".join(values.split())
        found[name] = values.rstrip(" \t") if word.lower() != "newmtl" else ""
    return list(found.items())


def _joined(data: bytes) -> bytes:
    """Text with \n line ends, lines that end in a backslash joined with the next."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\\\n", b"")
