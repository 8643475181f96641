"""One scan file to a frontal, cropped mesh."""

from typing import NamedTuple

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.bosphorus import read_bosphorus
from ffnet.scans.bu3dfe import read_bu3dfe
from ffnet.scans.pose import find_pose

MARGIN = 1.25  # of the square's half side: what is kept around it


class FrontalScan(NamedTuple):
    """A mesh that faces the camera, and the square that its maps show.

    mesh: Mesh, mm, origin at the nose tip, y up, z to the camera. center: (2,) x, y of the square's middle, mm.
    extent: its side, mm. rotation_degrees: how far the scan was turned. route: see Pose.
    """

    mesh: Mesh
    center: np.ndarray
    extent: float
    rotation_degrees: float
    route: str


def load_scan(mesh_path, texture_path, layout, settings):
    """The FrontalScan of a file in a collection's layout. settings: ScanSettings. Raises ScanError."""
    if layout == "bu3dfe":
        mesh = read_bu3dfe(mesh_path, texture_path)
    else:
        mesh = read_bosphorus(mesh_path, texture_path, settings.longest_edge)
    check_extent(mesh.vertices, mesh_path, settings)
    pose = find_pose(mesh, settings.pose)
    frontal = mesh._replace(vertices=(mesh.vertices - pose.nose_tip) @ pose.rotation.T)
    unit = pose.eye_distance if settings.crop.unit == "eye_distances" else 1.0
    center = pose.eyes[:2] - [0.0, settings.crop.below_eyes * pose.eye_distance]
    extent = settings.crop.extent * unit
    return FrontalScan(
        mesh=crop(frontal, center, extent / 2 * MARGIN),
        center=center,
        extent=extent,
        rotation_degrees=float(np.degrees(np.arccos(np.clip((np.trace(pose.rotation) - 1) / 2, -1, 1)))),
        route=pose.route,
    )


def check_extent(vertices, path, settings):
    """Raises ScanError if the longest side of the mesh cannot be that of a face in millimetres."""
    extent = float(np.ptp(vertices, axis=0).max())
    if not settings.extent_least <= extent <= settings.extent_most:
        raise ScanError(
            f"{path}: the mesh is {extent:.4g} across; a face in millimetres has {settings.extent_least:g} to "
            f"{settings.extent_most:g}. Is the file in other units?"
        )


def crop(mesh, center, half):
    """The part of a mesh whose triangles touch the square of the given half side (mm) in x and y."""
    inside = (np.abs(mesh.vertices[:, :2] - center) <= half).all(axis=1)
    kept = inside[mesh.triangles].any(axis=1)
    if not kept.any():
        raise ScanError("nothing of the mesh lies in the square around the face")
    used, triangles = np.unique(mesh.triangles[kept], return_inverse=True)
    return Mesh(mesh.vertices[used], triangles.reshape(-1, 3), mesh.uv[kept], mesh.texture)
