"""The form of every scan: a triangle mesh with a texture."""

from typing import NamedTuple

import numpy as np


class Mesh(NamedTuple):
    """A textured triangle mesh.

    vertices: (N, 3) float64, mm; in the camera's frame x is right, y up, z towards the camera.
    triangles: (M, 3) int64 into vertices, counter-clockwise seen from outside.
    uv: (M, 3, 2) float64, texture coordinates of each triangle's corners in [0, 1], u right, v up.
    texture: (H, W, 3) uint8, RGB, row 0 at the top.
    """

    vertices: np.ndarray
    triangles: np.ndarray
    uv: np.ndarray
    texture: np.ndarray


def fan_triangles(starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The triangles (M, 3) of polygons, all from each one's first corner, as positions in the list of all corners.

    starts: (P,), where each polygon begins in that list. sizes: (P,), its corners, at least 3.
    """
    if sizes.max(initial=0) == 3:
        return starts[:, None] + np.arange(3)
    triangles = sizes - 2
    first = np.repeat(starts, triangles)
    nth = np.arange(len(first)) - np.repeat(np.cumsum(triangles) - triangles, triangles)
    return np.stack([first, first + nth + 1, first + nth + 2], axis=1)


def submesh(mesh: Mesh, kept: np.ndarray) -> Mesh:
    """The Mesh of some triangles, a boolean array (M,), with the vertices that they use."""
    used, triangles = np.unique(mesh.triangles[kept], return_inverse=True)
    return Mesh(mesh.vertices[used], triangles.reshape(-1, 3), mesh.uv[kept], mesh.texture)


def vertex_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unit normals (N, 3) at the vertices, the area-weighted mean of the triangles around; 0 where there are none."""
    corners = vertices[triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices, dtype=float)
    for corner in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(triangles[:, corner], faces[:, axis], len(vertices))
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.divide(normals, length, out=normals, where=length > 0)


def sample_texture(texture: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Colours (..., C) float of a texture (H, W, C) at coordinates (..., 2), u right and v up, bilinear."""
    height, width = texture.shape[:2]
    x = np.clip(uv[..., 0] * width - 0.5, 0, width - 1)
    y = np.clip((1 - uv[..., 1]) * height - 0.5, 0, height - 1)
    left, top = np.minimum(x.astype(int), max(width - 2, 0)), np.minimum(y.astype(int), max(height - 2, 0))
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, down = (x - left)[..., None], (y - top)[..., None]
    upper = texture[top, left] * (1 - across) + texture[top, right] * across
    lower = texture[bottom, left] * (1 - across) + texture[bottom, right] * across
    return upper * (1 - down) + lower * down
