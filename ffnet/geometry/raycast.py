"""Rays through a mesh, by the Embree that open3d contains."""

from types import ModuleType
from typing import NamedTuple

import numpy as np

from ffnet.geometry.mesh import Mesh, sample_texture


class Hits(NamedTuple):
    """What rays hit. Shapes are those of the rays; for a miss, distance is NaN and triangle -1.

    distance: float, in units of the direction's length. triangle: int. weights: (..., 3) barycentric.
    """

    distance: np.ndarray
    triangle: np.ndarray
    weights: np.ndarray


def import_open3d() -> ModuleType:
    """open3d, with the libusb of a wheel where the system has none."""
    import ctypes

    import libusb_package

    ctypes.CDLL(str(libusb_package.get_library_path()), ctypes.RTLD_GLOBAL)
    import open3d

    return open3d


def cast_rays(vertices: np.ndarray, triangles: np.ndarray, origins: np.ndarray, directions: np.ndarray) -> Hits:
    """First hits of rays with a mesh: origins and directions (..., 3), mm."""
    open3d = import_open3d()
    scene = open3d.t.geometry.RaycastingScene()
    scene.add_triangles(
        open3d.core.Tensor(np.ascontiguousarray(vertices, np.float32)),
        open3d.core.Tensor(np.ascontiguousarray(triangles, np.uint32)),
    )
    rays = np.concatenate(np.broadcast_arrays(origins, directions), axis=-1).astype(np.float32)
    answer = scene.cast_rays(open3d.core.Tensor(rays))
    distance = answer["t_hit"].numpy().astype(float)
    missed = ~np.isfinite(distance)
    distance[missed] = np.nan
    triangle = answer["primitive_ids"].numpy().astype(np.int64)
    triangle[missed] = -1
    uv = answer["primitive_uvs"].numpy().astype(float)
    weights = np.stack([1 - uv.sum(-1), uv[..., 0], uv[..., 1]], axis=-1)
    return Hits(distance, triangle, weights)


def pixel_centres(center: np.ndarray, extent: float, size: int) -> tuple[np.ndarray, np.ndarray]:
    """x (size,) and y (size,) in mm of the pixel centres of a square view; y falls, as row 0 is at the top.

    center: x, y in mm of the square's middle. extent: side in mm. size: side in pixels.
    """
    steps = ((np.arange(size) + 0.5) / size - 0.5) * extent
    return center[0] + steps, center[1] - steps


def cast_view(
    vertices: np.ndarray, triangles: np.ndarray, center: np.ndarray, extent: float, size: int
) -> tuple[Hits, np.ndarray]:
    """Orthographic view along -z of a square: Hits of shape (size, size) and the depth z in mm, NaN off the mesh."""
    x, y = pixel_centres(center, extent, size)
    start = vertices[:, 2].max() + 10.0
    origins = np.stack(np.broadcast_arrays(x[None, :], y[:, None], start), axis=-1)
    hits = cast_rays(vertices, triangles, origins, np.array([0.0, 0.0, -1.0]))
    return hits, start - hits.distance


def interpolate(corner_values: np.ndarray, hits: Hits) -> np.ndarray:
    """Values (..., K) at hits from values (M, 3, K) at the triangles' corners; NaN for a miss."""
    met = hits.triangle >= 0
    values = np.full((*met.shape, corner_values.shape[2]), np.nan)
    values[met] = np.einsum("nck,nc->nk", corner_values[hits.triangle[met]], hits.weights[met])
    return values


def view_texture(mesh: Mesh, hits: Hits) -> np.ndarray:
    """Colours (..., 3) float RGB of a mesh at hits; NaN for a miss."""
    uv = interpolate(mesh.uv, hits)
    met = hits.triangle >= 0
    colours = np.full((*met.shape, 3), np.nan)
    colours[met] = sample_texture(mesh.texture, uv[met])
    return colours
