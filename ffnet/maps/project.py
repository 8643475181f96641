"""Projects a frontal mesh to depth and texture on one square grid.

Section 2.2: "we apply the gridfit algorithm [17] on BU-3DFE and the method in [19] on Bosphorus to generate aligned
depth/normal maps with their corresponding 2D texture images". The key datasets.NAME.projection
chooses the method for the depth. The texture is always cast along rays from the camera through the same pixel centres.
Rows run downwards, columns to the right; the outermost pixel centres are half a pixel inside the square's edges.
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.geometry.raycast import cast_rays, cast_view, pixel_centres, view_texture
from ffnet.maps.gridfit import gridfit
from ffnet.maps.settings import MapSettings, Method
from ffnet.maps.spikes import remove_spikes

HIDDEN = 0.2  # mm in front of a vertex beyond which another surface hides it
NEEDLE = 3  # pixels; narrower parts of the silhouette, which spikes at the edge of a mesh make, are cut off


class Projection(NamedTuple):
    """depth: (S, S) mm towards the camera, NaN where nothing was measured or off the face. texture: (S, S, 3) float
    RGB 0..255, NaN likewise. face: (S, S) bool, the mesh's silhouette with its holes filled. points_per_pixel:
    vertices per pixel of the face. spike_share: of the mesh's vertices, those moved as spikes."""

    depth: np.ndarray
    texture: np.ndarray
    face: np.ndarray
    points_per_pixel: float
    spike_share: float


def project(mesh: Mesh, center: np.ndarray, extent: float, projection: Method, settings: MapSettings) -> Projection:
    """The Projection of a frontal Mesh onto a square.

    center: (2,) x, y of the square's middle, mm. extent: its side, mm.
    Raises ScanError if the face fills less of the square than settings.least_face, or too few vertices are visible.
    """
    vertices, spikes = remove_spikes(mesh.vertices, mesh.triangles, settings.spikes)
    mesh = mesh._replace(vertices=vertices)
    hits, depth = cast_view(mesh.vertices, mesh.triangles, center, extent, settings.size)
    face = silhouette(np.isfinite(depth))
    if face.mean() < settings.least_face:
        raise ScanError(f"the face fills {face.mean():.0%} of its square; expected at least {settings.least_face:.0%}")
    visible = seen_vertices(mesh)
    inside = (np.abs(mesh.vertices[:, :2] - center) <= extent / 2).all(axis=1) & visible
    if inside.sum() < settings.size:
        raise ScanError(f"only {inside.sum()} vertices face the camera; expected at least {settings.size}")
    points = mesh.vertices[visible]
    if projection == "gridfit":
        depth = gridfit_depth(points, center, extent, settings)
    elif projection == "splat":
        depth = splat_depth(points, center, extent, settings)
    depth = np.where(face, depth, np.nan)
    texture = np.where(face[..., None], view_texture(mesh, hits), np.nan)
    return Projection(depth, texture, face, float(inside.sum() / face.sum()), float(spikes.mean()))


def silhouette(hit: np.ndarray) -> np.ndarray:
    """The largest connected part of a picture (S, S) bool, with its holes filled and needles cut off."""
    whole = ndimage.binary_fill_holes(hit)
    parts, count = ndimage.label(ndimage.binary_opening(whole, np.ones((NEEDLE, NEEDLE))))
    return parts == 1 + np.argmax(np.bincount(parts.ravel())[1:]) if count else np.zeros_like(hit)


def seen_vertices(mesh: Mesh) -> np.ndarray:
    """Which vertices (N,) a camera at z = +infinity sees."""
    hits = cast_rays(mesh.vertices, mesh.triangles, mesh.vertices + [0.0, 0.0, HIDDEN], np.array([0.0, 0.0, 1.0]))
    return hits.triangle < 0


def gridfit_depth(points: np.ndarray, center: np.ndarray, extent: float, settings: MapSettings) -> np.ndarray:
    """Depth (S, S) in mm of points (N, 3) by "the gridfit algorithm [17]", with the pixel centres as nodes.

    The paper does not give its parameters; they are in config maps.gridfit. The fit covers the whole square.
    """
    x, y = pixel_centres(center, extent, settings.size)
    inside = (points[:, 0] >= x[0]) & (points[:, 0] <= x[-1]) & (points[:, 1] >= y[-1]) & (points[:, 1] <= y[0])
    points = points[inside]
    fit = gridfit(
        points[:, 0],
        points[:, 1],
        points[:, 2],
        x,
        y[::-1],
        smoothness=settings.gridfit.smoothness,
        interpolation=settings.gridfit.interpolation,
        regularizer=settings.gridfit.regularizer,
    )
    return fit[::-1]


def splat_depth(points: np.ndarray, center: np.ndarray, extent: float, settings: MapSettings) -> np.ndarray:
    """Depth (S, S) in mm of points (N, 3) after Led3D, "the method in [19]"; NaN where no point falls.

    A pixel is the mean of its points that lie at most settings.splat_depth mm behind the foremost of them.
    """
    size = settings.size
    columns = np.floor(((points[:, 0] - center[0]) / extent + 0.5) * size).astype(int)
    rows = np.floor((0.5 - (points[:, 1] - center[1]) / extent) * size).astype(int)
    inside = (columns >= 0) & (columns < size) & (rows >= 0) & (rows < size)
    pixel, z = (rows * size + columns)[inside], points[inside, 2]
    foremost = np.full(size * size, -np.inf)
    np.maximum.at(foremost, pixel, z)
    front = z >= foremost[pixel] - settings.splat_depth
    count = np.bincount(pixel[front], minlength=size * size)
    total = np.bincount(pixel[front], z[front], minlength=size * size)
    return np.divide(total, count, out=np.full(size * size, np.nan), where=count > 0).reshape(size, size)
