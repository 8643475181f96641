"""The parts of a mesh file joined to one mesh with one texture."""

import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.geometry.topology import join_vertices, turned_triangles
from ffnet.scans.beside import files_in, image_beside
from ffnet.scans.formats.colours import bake_colours, plain_grey, scale_colours, stack_pictures
from ffnet.scans.formats.images import MOST_PIXELS, decode_texture, read_image

Picture = str | bytes
BOUND = 1e30  # of coordinates in any unit


class Part(NamedTuple):
    """Triangles of a file with one source of colour.

    vertices: (N, 3) float64, in the file's units; those that no triangle uses may be anything. triangles: (M, 3) int64.
    uv: (M, 3, 2) float64 at the triangles' corners, u right, v up, or None. colours: (M, 3, 3) at the corners, see
    scale_colours, or None. picture: the texture, as the path of a file or the bytes of one, or None.
    """

    vertices: np.ndarray
    triangles: np.ndarray
    uv: np.ndarray | None = None
    colours: np.ndarray | None = None
    picture: Picture | None = None


def are_numbers(values: np.ndarray) -> bool:
    """Whether all values are numbers that a scan may have: not NaN, and their products are finite."""
    return bool(values.min(initial=0) > -BOUND and values.max(initial=0) < BOUND)


def check_numbers(path: str | os.PathLike, vertices: np.ndarray, uv: np.ndarray | None) -> None:
    """Raises ScanError if a vertex or a texture coordinate is not a number that a scan may have: see are_numbers."""
    if not are_numbers(vertices) or (uv is not None and not are_numbers(uv)):
        raise ScanError(
            f"{path}: vertices or texture coordinates are not finite numbers below {BOUND:g}; export the mesh again"
        )


def check_shapes(parts: Sequence[Part]) -> None:
    """Raises ScanError, without the name of the file, if arrays do not have a Part's shapes."""
    for part in parts:
        shape = (len(part.triangles), 3)
        right = part.vertices.shape[1:] == (3,) and part.triangles.shape == shape
        right = right and (part.uv is None or part.uv.shape == (*shape, 2))
        if not right or (part.colours is not None and part.colours.shape != (*shape, 3)):
            raise ScanError("expected three coordinates of a vertex, two of a texture and three colours")


def make_mesh(path: str, parts: Sequence[Part], texture_path: str) -> tuple[Mesh, tuple[str, ...]]:
    """The Mesh of a file's parts, and notes on which colours it has.

    texture_path: of its texture; if empty, what the file itself names or holds, else the image with its name beside it,
    else the colours at its corners, else grey. Equal vertices are joined, and triangles turned outwards. Raises
    ScanError.
    """
    parts = [part for part in parts if len(part.triangles)]
    if not parts:
        raise ScanError(f"{path}: has no triangles; expected a surface, not points alone")
    parts, notes = _choose_pictures(path, parts, texture_path)
    return joined_mesh(path, Mesh(*_join_shapes(path, parts), *_join_textures(path, parts))), notes


def joined_mesh(path: str, mesh: Mesh) -> Mesh:
    """A Mesh with equal vertices joined, triangles without an area left out, and the others turned outwards.

    Vertices may be anything where no triangle uses them. Raises ScanError if no triangle is left.
    """
    vertices, triangles = join_vertices(mesh.vertices, mesh.triangles)
    uv = mesh.uv
    a, b, c = triangles.T
    whole = (a != b) & (b != c) & (c != a)
    if not whole.any():
        raise ScanError(f"{path}: all vertices lie in one point or on one line; export the mesh again")
    if not whole.all():
        triangles, uv = triangles[whole], uv[whole]
    turned = turned_triangles(vertices, triangles)[:, None]
    if turned.any():
        triangles = np.where(turned, triangles[:, ::-1], triangles)
        uv = np.where(turned[..., None], uv[:, ::-1], uv)
    return Mesh(vertices, triangles, uv, mesh.texture)


def _choose_pictures(path: str, parts: Sequence[Part], given: str) -> tuple[list[Part], tuple[str, ...]]:
    """The parts with the pictures that they are coloured by, None without texture coordinates; and notes."""
    mapped = any(part.uv is not None for part in parts)
    beside = image_beside(path, files_in(os.path.dirname(path)))
    notes: tuple[str, ...] = ()
    if not given and any(part.picture is not None for part in parts):
        if beside and beside not in {part.picture for part in parts}:
            notes = (f"{path}: has a texture of its own; {os.path.basename(beside)} beside it is not used",)
        if not mapped:
            raise ScanError(f"{path}: a texture but no texture coordinates; export the mesh with them")
        return [part if part.uv is not None else part._replace(picture=None) for part in parts], notes
    if given and not mapped:
        raise ScanError(f"{path}: has no texture coordinates for {given}; export the mesh with them")
    if beside and not given and not mapped:
        notes = (f"{path}: has no texture coordinates; {os.path.basename(beside)} beside it is not used",)
    picture = given or (beside if mapped else "") or None
    return [part._replace(picture=picture if part.uv is not None else None) for part in parts], notes


def _join_shapes(path: str, parts: Sequence[Part]) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (N, 3) and triangles (M, 3) of all parts."""
    for part in parts:
        if part.triangles.min() < 0 or part.triangles.max() >= len(part.vertices):
            raise ScanError(
                f"{path}: a triangle names a vertex that is not among the {len(part.vertices)}; export it again"
            )
        used = part.vertices if are_numbers(part.vertices) else part.vertices[part.triangles]
        check_numbers(path, used, part.uv)
    shifts = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    numbers = [part.triangles + shift if shift else part.triangles for part, shift in zip(parts, shifts, strict=True)]
    return _concatenated([part.vertices for part in parts]), _concatenated(numbers)


def _concatenated(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)  # no copy of a mesh of one part


def _join_textures(path: str, parts: Sequence[Part]) -> tuple[np.ndarray, np.ndarray]:
    """Texture coordinates (M, 3, 2) of all parts and the one texture (H, W, 3) uint8 that they refer to."""
    sources: dict[Picture | None, list[int]] = {}
    for number, part in enumerate(parts):
        sources.setdefault(part.picture, []).append(number)
    pages: list[tuple[list[int], np.ndarray, np.ndarray]] = []
    for picture, numbers in sources.items():
        if picture is not None:
            pages.append((numbers, _concatenated([_in_tile(parts[n].uv) for n in numbers]), _pixels(path, picture)))
    bare = sources.get(None, [])
    coloured = [n for n in bare if parts[n].colours is not None]
    if coloured:
        pages.append(
            (coloured, *bake_colours(scale_colours(np.concatenate([parts[n].colours for n in coloured]), path)))
        )
    if grey := [n for n in bare if parts[n].colours is None]:
        pages.append((grey, *plain_grey(sum(len(parts[n].triangles) for n in grey))))
    if len(pages) == 1:
        return pages[0][1], pages[0][2]
    if sum(page.shape[0] for *_, page in pages) * max(page.shape[1] for *_, page in pages) > MOST_PIXELS:
        raise ScanError(
            f"{path}: its {len(pages)} textures have more than {MOST_PIXELS // 10**6} million pixels in one picture; "
            "make them smaller"
        )
    coordinates, whole = stack_pictures([uv for _, uv, _ in pages], [picture for *_, picture in pages])
    found: dict[int, np.ndarray] = {}
    for (numbers, *_), uv in zip(pages, coordinates, strict=True):
        ends = np.cumsum([len(parts[n].triangles) for n in numbers])
        found |= dict(zip(numbers, np.split(uv, ends[:-1]), strict=True))
    return np.concatenate([found[n] for n in range(len(parts))]), whole


def _in_tile(uv: np.ndarray | None) -> np.ndarray:
    """Texture coordinates (M, 3, 2) of triangles that lie in a repetition of the picture moved into the picture."""
    assert uv is not None  # a part has a picture only with texture coordinates
    if uv.min() >= 0 and uv.max() <= 1:
        return uv
    middle = uv.mean(axis=1, keepdims=True)
    return uv - np.where(middle > 1, np.ceil(middle) - 1, np.where(middle < 0, np.floor(middle), 0))


def _pixels(path: str, picture: Picture) -> np.ndarray:
    return read_image(picture) if isinstance(picture, str) else decode_texture(path, picture)
