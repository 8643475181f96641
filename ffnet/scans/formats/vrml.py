"""VRML 2.0 meshes (.wrl) of any tool: with a texture, with colours, or with neither."""

import os
import re

import numpy as np

from ffnet.errors import ScanError
from ffnet.scans.beside import files_in, image_beside
from ffnet.scans.formats.bu3dfe import (
    blank_strings,
    check_polygons,
    find_blocks,
    read_numbers_of,
    read_points,
    read_polygons,
    read_shape,
    read_vrml,
    textured_mesh,
)
from ffnet.scans.formats.inside import named_texture
from ffnet.scans.formats.part import Part, check_numbers, joined_mesh, make_mesh
from ffnet.scans.formats.scan_file import ScanFile

URL = re.compile(rb'\bImageTexture\s*\{[^{}"]*?\burl\s*+\[?\s*+"([^"]+)"')
PER_FACE = re.compile(rb"\bcolorPerVertex\s+FALSE\b")


def read_wrl(path: str, texture_path: str) -> ScanFile:
    """The ScanFile of a .wrl.

    texture_path: its image; if empty, the one that the file names, else the one with its name beside it, else the
    colours at its vertices or faces; a mesh without texture coordinates and colours is grey. Raises ScanError.
    """
    raw = read_vrml(path)
    text = blank_strings(raw)
    blocks, note = find_blocks(text, path), ""
    mapped = "TextureCoordinate point" in blocks or text.count(b"{") != text.count(b"}")  # else it is cut short
    if mapped and not texture_path:
        url = URL.search(raw)
        texture_path = image_beside(path, files_in(os.path.dirname(path)))
        if url:
            texture_path, note = named_texture(path, url[1].decode("utf-8", "replace"), path)
    if texture_path or (mapped and "Color color" not in blocks):
        mesh = textured_mesh(text, blocks, path, texture_path)
        check_numbers(path, mesh.vertices, mesh.uv)
        return ScanFile(joined_mesh(path, mesh), len(mesh.vertices), (note,) if note else ())
    vertices, index, fans = read_shape(text, blocks, path)
    colours = _corner_colours(text, blocks, index, path)[fans] if "Color color" in blocks else None
    mesh, notes = make_mesh(path, [Part(vertices, index[fans], colours=colours)], "")
    return ScanFile(mesh, len(vertices), notes)


def _corner_colours(text: bytes, blocks: dict[str, bytes], index: np.ndarray, path: str) -> np.ndarray:
    """The colours (K, 3) at the corners of polygons (K,), each closed by -1."""
    colours = read_points(blocks, "Color color", path, width=3)
    if not PER_FACE.search(text):
        numbers = index
        if "colorIndex" in blocks:
            numbers = read_polygons(blocks, "colorIndex", len(colours), path)
            check_polygons(index, numbers, "colorIndex", path)
    else:
        faces: np.ndarray = np.cumsum(index < 0) - (index < 0)
        numbers = faces
        if "colorIndex" in blocks:
            listed = read_numbers_of(blocks, "colorIndex", np.int64, path)
            numbers = listed[faces] if len(listed) > faces[-1] else np.array([len(colours)])
    if numbers.min() < -1 or numbers.max() >= len(colours):
        raise ScanError(f"{path}: some corners or faces have none of the {len(colours)} colours; export the mesh again")
    return colours[numbers]
