"""A worse sensor: noise, holes, fewer points, a picture out of focus."""

import cv2
import numpy as np
from scipy.spatial import cKDTree

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh, submesh


def add_noise(mesh: Mesh, deviation: float, random: np.random.Generator) -> Mesh:
    """The Mesh with normal noise on each vertex along the view, z. deviation: standard deviation in mm."""
    noise = deviation * random.standard_normal(len(mesh.vertices))
    return mesh._replace(vertices=mesh.vertices + noise[:, None] * [0.0, 0.0, 1.0])


def cut_holes(mesh: Mesh, count: int, radius: float, random: np.random.Generator) -> Mesh:
    """The Mesh without the triangles that have a corner within radius mm of one of `count` of its vertices.

    The vertices are drawn; those of fewer holes are among those of more. Raises ScanError if nothing is left.
    """
    centres = mesh.vertices[random.permutation(len(mesh.vertices))[:count]]
    if not len(centres):
        return mesh
    hit = cKDTree(centres).query(mesh.vertices)[0] <= radius
    kept = ~hit[mesh.triangles].any(axis=1)
    if not kept.any():
        raise ScanError("the holes leave nothing of the mesh")
    return submesh(mesh, kept)


def thin_points(mesh: Mesh, share: float, random: np.random.Generator) -> Mesh:
    """The Mesh with a share of its vertices, rounded; each of the others moves to the nearest one that stays.

    Those that stay are drawn; those of a smaller share are among those of a larger. Triangles that collapse are left
    out. The colours stay in their places: texture coordinates move with the corners, as the triangle's own plane maps
    one to the other. Raises ScanError if no triangle is left.
    """
    count = round(share * len(mesh.vertices))
    if count == len(mesh.vertices):
        return mesh
    stay = np.sort(random.permutation(len(mesh.vertices))[:count])
    if not len(stay):
        raise ScanError("thinning leaves no vertex")
    nearest = stay[cKDTree(mesh.vertices[stay]).query(mesh.vertices)[1]]
    triangles = nearest[mesh.triangles]
    first, second, third = triangles.T
    kept = (first != second) & (second != third) & (third != first)
    if not kept.any():
        raise ScanError("thinning leaves no triangle")
    moves = mesh.vertices[triangles[kept]] - mesh.vertices[mesh.triangles[kept]]
    uv = np.clip(mesh.uv[kept] + moves @ texture_slopes(submesh(mesh, kept)), 0, 1)
    return submesh(Mesh(mesh.vertices, triangles[kept], uv, mesh.texture), np.ones(len(uv), bool))


def texture_slopes(mesh: Mesh) -> np.ndarray:
    """How texture coordinates change along each triangle's plane, (M, 3, 2) per mm; 0 across it."""
    corners = mesh.vertices[mesh.triangles]
    edges, changes = corners[:, 1:] - corners[:, :1], mesh.uv[:, 1:] - mesh.uv[:, :1]
    return np.linalg.pinv(edges, rcond=1e-6) @ changes


def blur_texture(mesh: Mesh, deviation: float) -> Mesh:
    """The Mesh with its texture blurred by a Gaussian. deviation: standard deviation in mm on the surface."""
    texels = deviation / texel_size(mesh)
    if not 0 < texels < np.inf:
        return mesh
    return mesh._replace(texture=cv2.GaussianBlur(mesh.texture, (0, 0), texels, borderType=cv2.BORDER_REPLICATE))


def texel_size(mesh: Mesh) -> float:
    """Millimetres per texel: the median over the triangles, by their areas; infinite if they have no texels."""
    corners = mesh.vertices[mesh.triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    (a, b), (c, d) = np.moveaxis((mesh.uv[:, 1:] - mesh.uv[:, :1]) * mesh.texture.shape[1::-1], 0, -1)
    texels = np.abs(a * d - b * c)
    return float(np.sqrt(np.median(area[texels > 0] / texels[texels > 0]))) if (texels > 0).any() else np.inf
