"""Another light on a scan's texture; the light that is in it already stays."""

import numpy as np
from scipy import ndimage

from ffnet.geometry.mesh import Mesh, vertex_normals
from ffnet.geometry.raycast import cast_view, interpolate


def lamp_direction(degrees: float) -> np.ndarray:
    """The unit vector (3,) towards a lamp that far to the picture's right of the camera, as high as the face."""
    angle = np.deg2rad(degrees)
    return np.array([np.sin(angle), 0.0, np.cos(angle)])


def relight(mesh: Mesh, direction: np.ndarray, ambient: float) -> Mesh:
    """The Mesh with each texel t of its texture at t (a + (1 - a) max(0, n . l)), Lambert's law with ambient light.

    direction: l, (3,) unit, towards the lamp. ambient: a in [0, 1]. n: the unit normal of the surface under the texel.
    """
    facing = np.clip(texel_normals(mesh) @ direction, 0, 1)
    return scale_texture(mesh, ambient + (1 - ambient) * facing)


def dim(mesh: Mesh, factor: float) -> Mesh:
    """The Mesh with its texture multiplied by a factor in [0, 1], in whole grey levels."""
    return scale_texture(mesh, np.full(mesh.texture.shape[:2], factor))


def scale_texture(mesh: Mesh, factors: np.ndarray) -> Mesh:
    """The Mesh with its texture (H, W, 3) multiplied by factors (H, W), in whole grey levels."""
    texture = np.clip(np.rint(mesh.texture * factors[..., None]), 0, 255).astype(np.uint8)
    return mesh._replace(texture=texture)


def texel_normals(mesh: Mesh) -> np.ndarray:
    """The unit normal (H, W, 3) of the surface under each texel, from the normals of its triangle's corners.

    A texel under no triangle has the nearest one's. All are 0 if no triangle covers the middle of a texel.
    """
    height, width = mesh.texture.shape[:2]
    flat = np.concatenate([mesh.uv.reshape(-1, 2) * [width, height], np.zeros((mesh.uv.size // 2, 1))], axis=1)
    side = max(height, width)
    low = np.array([side / 2, height - side / 2])  # the square of cast_view begins at the texture's upper left corner
    hits, _ = cast_view(flat, np.arange(len(flat)).reshape(-1, 3), low, float(side), side)
    corners = vertex_normals(mesh.vertices, mesh.triangles)[mesh.triangles]
    normals = interpolate(corners, hits)[:height, :width]
    unknown = np.isnan(normals[..., 0])
    if unknown.all():
        return np.zeros_like(normals)
    nearest = ndimage.distance_transform_edt(unknown, return_distances=False, return_indices=True)
    normals = normals[tuple(nearest)]
    length = np.linalg.norm(normals, axis=-1, keepdims=True)
    return np.divide(normals, length, out=np.zeros_like(normals), where=length > 0)
