"""Where paint goes: the skin rolled out round the mean face's upright axis, and tiles for eye, teeth and mouth."""

import numpy as np

SCALE = 0.45  # mm per pixel
RADIUS = 85.0  # mm of the cylinder that the skin is rolled out from
AXIS_DEPTH = -105.0  # mm of its axis behind the nose tip
WIDTH, HEIGHT = 860, 760  # pixels of the rolled-out skin
TOP = 140.0  # mm of its upper edge above the nose tip
TILE = 160  # pixels of a tile's side; tiles are in a column right of the skin: eye, teeth, mouth
TILES = {1: 0, 2: 0, 3: 1, 4: 2}  # part -> tile


def roll_out(points: np.ndarray) -> np.ndarray:
    """Canvas pixels (..., 2), column and row, of points (..., 3) mm of the mean face, origin at its nose tip."""
    angle = np.arctan2(points[..., 0], points[..., 2] - AXIS_DEPTH)
    return np.stack([WIDTH / 2 + angle * RADIUS / SCALE, (TOP - points[..., 1]) / SCALE], axis=-1)


def atlas_coordinates(points: np.ndarray, triangles: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Texture coordinates (T, 3, 2), u right and v up, of every triangle's corners.

    points: (V, 3) mm, the mean face with its origin at the nose tip.
    """
    pixels = roll_out(points)[triangles]
    pixels = np.clip(pixels, 1, [WIDTH - 2, HEIGHT - 2])
    for part, tile in TILES.items():
        chosen = parts == part
        corners = points[triangles[chosen]]
        vertices = points[np.unique(triangles[chosen])]
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        centre = (low + high) / 2
        if part in (1, 2):
            ray = corners - centre
            ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
            angle = np.arccos(np.clip(ray[..., 2], -1, 1))[..., None]
            aside = ray[..., :2] / np.maximum(np.linalg.norm(ray[..., :2], axis=-1, keepdims=True), 1e-9)
            place = np.clip(aside * angle / (np.pi / 2), -1, 1)  # equidistant: the tile's edge is the eye's equator
            if part == 1:
                place = place * [-1, 1]  # the tile is painted with the nose to the right
        else:
            place = (corners - centre)[..., :2] / (high - low)[:2] * 1.9
        inside = (0.5 + 0.48 * place * [1, -1]) * TILE
        pixels[chosen] = inside + [WIDTH, tile * TILE]
    height, width = atlas_size()
    return np.stack([pixels[..., 0] / width, 1 - pixels[..., 1] / height], axis=-1)


def atlas_size() -> tuple[int, int]:
    """Rows and columns of the whole picture."""
    return HEIGHT, WIDTH + TILE
