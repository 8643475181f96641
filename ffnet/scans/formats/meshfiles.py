"""Meshes in common formats: OBJ with its MTL, GLB, OFF, STL."""

import pathlib

from ffnet.scans.formats.contents import MEBIBYTE, read_contents
from ffnet.scans.formats.decoder_process import decode
from ffnet.scans.formats.materials import library_lines, with_textures
from ffnet.scans.formats.part import make_mesh
from ffnet.scans.formats.scan_file import ScanFile

MOST_BYTES = 128 * MEBIBYTE


def read_meshfile(path: str, texture_path: str) -> ScanFile:
    """The ScanFile of an .obj, .glb, .off or .stl in the file's own units. texture_path: see make_mesh. Raises
    ScanError."""
    suffix = pathlib.Path(path).suffix.lower()
    data = read_contents(path, MOST_BYTES, f"a mesh ({suffix})")
    libraries = library_lines(data) if suffix == ".obj" else set()
    del data  # the decoding process reads the file itself
    parts, vertices = decode(path)
    notes: tuple[str, ...] = ()
    if suffix == ".obj" and texture_path:
        parts = [part._replace(picture=None) for part in parts]
    elif suffix == ".obj":
        parts, notes = with_textures(path, libraries, parts)
    mesh, more = make_mesh(path, parts, texture_path)
    return ScanFile(mesh, vertices or len(mesh.vertices), (*notes, *more))
