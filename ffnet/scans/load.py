"""One scan file to a frontal, cropped mesh."""

import math
import os
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh, submesh
from ffnet.scans.formats.readers import DEPTH_IMAGES, MILLIMETRES, find_landmarks, read_scan, scan_suffix
from ffnet.scans.landmark_pose import pose_from_file
from ffnet.scans.pose import find_pose
from ffnet.scans.settings import ScanSettings, Unit

MARGIN = 1.25  # of the square's half side: what is kept around it


class FrontalScan(NamedTuple):
    """A mesh that faces the camera, and the square that its maps show.

    mesh: Mesh, mm, origin at the nose tip, y up, z to the camera. center: (2,) x, y of the square's middle, mm.
    extent: its side, mm. rotation_degrees: how far the scan was turned. route: see Pose. nose_tip: (3,) in the file's
    coordinates, mm. notes: what is doubtful about the files that it was read from.
    """

    mesh: Mesh
    center: np.ndarray
    extent: float
    rotation_degrees: float
    route: str
    nose_tip: np.ndarray
    notes: tuple[str, ...]


def load_scan(
    mesh_path: str,
    texture_path: str,
    landmarks_path: str,
    unit: Unit,
    settings: ScanSettings,
    change: Callable[[Mesh], Mesh] | None = None,
) -> FrontalScan:
    """The FrontalScan of a scan file.

    texture_path: see read_scan. landmarks_path: a file for the pose, or "". unit: of the file. change: what is done to
    the mesh as it was read, in mm, before anything else. Raises ScanError.
    """
    scan = read_scan(mesh_path, texture_path, settings, unit)
    mesh = change(scan.mesh) if change else scan.mesh
    check_extent(mesh.vertices, mesh_path, unit, settings)
    return make_frontal(mesh, landmarks_path, unit, settings, scan.notes)


def landmark_file(path: str, settings: ScanSettings) -> str:
    """The landmark file beside a scan if the settings ask for it, else ""."""
    return find_landmarks(path) if settings.pose.landmarks == "files" else ""


def make_frontal(
    mesh: Mesh, landmarks_path: str, unit: Unit, settings: ScanSettings, notes: tuple[str, ...] = ()
) -> FrontalScan:
    """The FrontalScan of a Mesh in mm, in its file's coordinates, with notes on its files; the other arguments are
    load_scan's.

    Without a usable landmark file the pose comes from the detector. Raises ScanError.
    """
    pose = None
    if landmarks_path:
        try:
            pose = pose_from_file(mesh, landmarks_path, MILLIMETRES[unit], settings.pose)
        except ScanError as error:
            notes += (f"{error}; the detector is used instead",)
    pose = pose or find_pose(mesh, settings.pose)
    frontal = mesh._replace(vertices=(mesh.vertices - pose.nose_tip) @ pose.rotation.T)
    measure = pose.eye_distance if settings.crop.unit == "eye_distances" else 1.0
    center = pose.eyes[:2] - [0.0, settings.crop.below_eyes * pose.eye_distance]
    extent = settings.crop.extent * measure
    return FrontalScan(
        mesh=crop(frontal, center, extent / 2 * MARGIN),
        center=center,
        extent=extent,
        rotation_degrees=float(np.degrees(np.arccos(np.clip((np.trace(pose.rotation) - 1) / 2, -1, 1)))),
        route=pose.route,
        nose_tip=pose.nose_tip,
        notes=(*notes, *pose.notes),
    )


def check_extent(vertices: np.ndarray, path: str | os.PathLike, unit: Unit, settings: ScanSettings) -> None:
    """Raises ScanError if the longest side of a mesh, vertices (N, 3) in mm, is no face's; it says what would fit.

    unit: of the file, which they were read in.
    """
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    extent = float((high - low).max())
    least, most = settings.extent_least, settings.extent_most
    if least <= extent <= most:
        return
    message = f"{path}: the mesh is {extent:.4g} mm across, read in {unit}; a face has {least:g} to {most:g} mm"
    sizes = {other: extent * scale / MILLIMETRES[unit] for other, scale in MILLIMETRES.items()}
    fitting = [other for other, size in sizes.items() if least <= size <= most]
    factor = 10.0 ** math.floor(math.log10(most / extent)) if extent > 0 else 1.0
    if fitting:
        hint = f"in {fitting[0]} it has {sizes[fitting[0]]:.4g} mm: set the unit of its dataset, or --unit"
    elif scan_suffix(str(path)) in DEPTH_IMAGES and extent > most:
        hint = f"its pixels hold distances from {-high[2]:.4g} to {-low[2]:.4g} mm: set those of the background to 0"
    elif factor != 1 and least <= factor * extent <= most:
        hint = f"{factor:g} times as large it would be one: scale it, or cut the face out of what is around it"
    else:
        hint = "is it a face alone?"
    raise ScanError(f"{message}; {hint}")


def crop(mesh: Mesh, center: np.ndarray, half: float) -> Mesh:
    """The part of a mesh whose triangles touch the square of the given half side (mm) in x and y."""
    inside = (np.abs(mesh.vertices[:, :2] - center) <= half).all(axis=1)
    kept = inside[mesh.triangles].any(axis=1)
    if not kept.any():
        raise ScanError("nothing of the mesh lies in the square around the face")
    return submesh(mesh, kept)
