"""Textures for meshes with colours at their vertices, or with none."""

import numpy as np

GREY = 160  # of a mesh without colour
BLOCK = 2  # texels along each side of a triangle's block


def bake_colours(triangles: np.ndarray, colours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Texture coordinates (M, 3, 2) and a texture (H, W, 3) uint8 that show colours at the vertices.

    triangles: (M, 3). colours: (N, 3) in [0, 255]. Each triangle has a block of 2x2 texels of its own with its corners
    at three of the centres and c1 + c2 - c0 at the fourth: bilinear sampling inside the triangle is then the linear
    blend of its corners (exact but for rounding, and where the fourth would leave [0, 255]).
    """
    across = int(np.ceil(np.sqrt(len(triangles))))
    down = -(-len(triangles) // across)
    corners = np.asarray(colours, float)[triangles]
    blocks = np.zeros((down * across, BLOCK, BLOCK, 3))
    blocks[: len(triangles)] = np.stack(
        [corners[:, 0], corners[:, 1], corners[:, 2], corners[:, 1] + corners[:, 2] - corners[:, 0]], axis=1
    ).reshape(-1, BLOCK, BLOCK, 3)
    texture = blocks.reshape(down, across, BLOCK, BLOCK, 3).swapaxes(1, 2).reshape(down * BLOCK, across * BLOCK, 3)
    row, column = np.divmod(np.arange(len(triangles)), across)
    x = BLOCK * column[:, None] + np.array([0.5, 1.5, 0.5])
    y = BLOCK * row[:, None] + np.array([0.5, 0.5, 1.5])
    uv = np.stack([x / (BLOCK * across), 1 - y / (BLOCK * down)], axis=-1)
    return uv, np.clip(np.rint(texture), 0, 255).astype(np.uint8)


def plain_grey(triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Texture coordinates (M, 3, 2) and a texture (2, 2, 3) uint8 for a mesh without colour."""
    return np.full((len(triangles), 3, 2), 0.5), np.full((BLOCK, BLOCK, 3), GREY, np.uint8)
