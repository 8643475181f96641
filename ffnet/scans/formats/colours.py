"""Textures for meshes with colours at their corners, or with none, and of several pictures."""

import os
from collections.abc import Sequence

import numpy as np

from ffnet.errors import ScanError

GREY = 160  # of a mesh without colour
BLOCK = 2  # texels along each side of a triangle's block
EDGE = 1  # texels around each of several pictures, so that none shows at the border of another


def bake_colours(colours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Texture coordinates (M, 3, 2) and a texture (H, W, 3) uint8 that show the colours of triangles' corners.

    colours: (M, 3, 3) in [0, 255]. Each triangle has a block of 2x2 texels of its own with its corners at three of the
    centres and c1 + c2 - c0 at the fourth: bilinear sampling inside the triangle is then the linear blend of its
    corners (exact but for rounding, and where the fourth would leave [0, 255]).
    """
    across = int(np.ceil(np.sqrt(len(colours))))
    down = -(-len(colours) // across)
    blocks = np.zeros((down * across, BLOCK * BLOCK, 3), np.uint8)
    blocks[: len(colours), :3] = np.rint(colours)
    blocks[: len(colours), 3] = np.clip(np.rint(colours[:, 1] + colours[:, 2] - colours[:, 0]), 0, 255)
    texture = blocks.reshape(down, across, BLOCK, BLOCK, 3).swapaxes(1, 2).reshape(down * BLOCK, across * BLOCK, 3)
    row, column = np.divmod(np.arange(len(colours)), across)
    x = BLOCK * column[:, None] + np.array([0.5, 1.5, 0.5])
    y = BLOCK * row[:, None] + np.array([0.5, 0.5, 1.5])
    uv = np.stack([x / (BLOCK * across), 1 - y / (BLOCK * down)], axis=-1)
    return uv, texture


def plain_grey(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Texture coordinates (count, 3, 2), one number that is not stored again for each and cannot be written to, and a
    texture (2, 2, 3) uint8, for triangles without colour."""
    return np.broadcast_to(0.5, (count, 3, 2)), np.full((BLOCK, BLOCK, 3), GREY, np.uint8)


def scale_colours(colours: np.ndarray, path: str | os.PathLike) -> np.ndarray:
    """Colours (..., 3) as floats in [0, 255], from whole numbers up to 255 or 65535 or from fractions of 1.

    Their type and the greatest of them decide which. Raises ScanError for any others.
    """
    values = colours.astype(float)
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > 65535:
        raise ScanError(
            f"{path}: expected colours from 0 to 1, 255 or 65535, found {values.min():g} to {values.max():g}; export "
            "the mesh again"
        )
    if colours.dtype.kind == "f" and values.max() <= 1:
        return values * 255
    return values if values.max() <= 255 else values / 257


def stack_pictures(
    coordinates: Sequence[np.ndarray], pictures: Sequence[np.ndarray]
) -> tuple[list[np.ndarray], np.ndarray]:
    """Several pictures (H, W, 3) below each other in one: the texture coordinates (M, 3, 2) of each, and that one."""
    width = max(picture.shape[1] for picture in pictures) + 2 * EDGE
    pages = [
        np.pad(picture, ((EDGE, EDGE), (EDGE, width - EDGE - picture.shape[1]), (0, 0)), mode="edge")
        for picture in pictures
    ]
    whole = np.concatenate(pages)
    moved, top = [], EDGE
    for uv, picture in zip(coordinates, pictures, strict=True):
        size = np.array(picture.shape[1::-1])
        place = np.clip(uv, 0, 1) * size + [EDGE, len(whole) - top - size[1]]  # from the lower left corner
        moved.append(place / [width, len(whole)])
        top += size[1] + 2 * EDGE
    return moved, whole
