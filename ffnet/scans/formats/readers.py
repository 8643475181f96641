"""One scan file to a Mesh in millimetres, whatever its format; the file's suffix says which it is."""

import os

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.formats.bosphorus import read_bosphorus
from ffnet.scans.formats.bu3dfe import read_bu3dfe
from ffnet.scans.formats.depth_image import grid_points, read_depth_image
from ffnet.scans.formats.frgc import read_abs
from ffnet.scans.formats.images import read_image
from ffnet.scans.formats.meshfiles import read_meshfile
from ffnet.scans.formats.ply import read_ply
from ffnet.scans.formats.range_grid import mesh_from_grid
from ffnet.scans.index import files_in, image_beside, landmarks_beside
from ffnet.scans.settings import ScanSettings

MILLIMETRES = {"mm": 1.0, "cm": 10.0, "m": 1000.0}
MESHES = (".obj", ".glb", ".off", ".stl")
DEPTH_IMAGES = (".png", ".tif", ".tiff", ".npy")
FORMATS = (".wrl", ".bnt", ".ply", *MESHES, ".abs", ".abs.gz", *DEPTH_IMAGES)


def read_scan(mesh_path: str, texture_path: str, settings: ScanSettings, unit: str) -> Mesh:
    """The Mesh of a scan in mm.

    texture_path: its image; empty if the file holds its own colours or there are none. unit: "mm" | "cm" | "m", of the
    file. Raises ScanError that names the file, what is wrong and what to do.
    """
    suffix = scan_suffix(mesh_path)
    if suffix not in FORMATS:
        raise ScanError(f"{mesh_path}: files of this kind cannot be read; export it as one of {', '.join(FORMATS)}")
    if not os.path.isfile(mesh_path):
        found = "found a folder" if os.path.isdir(mesh_path) else "there is no such file"
        raise ScanError(f"{mesh_path}: the mesh is missing: {found}; copy it there or take it off the list")
    scale = MILLIMETRES[unit]
    mesh = _read(suffix, mesh_path, texture_path, settings, scale)
    check_mesh(mesh, mesh_path)
    return mesh._replace(vertices=mesh.vertices * scale)


def scan_suffix(path: str) -> str:
    """The suffix that gives a scan's format, in lower case; .abs.gz is one."""
    name = os.path.basename(path).lower()
    return ".abs.gz" if name.endswith(".abs.gz") else os.path.splitext(name)[1]


def find_texture(mesh_path: str) -> str:
    """The path of the image beside a scan that has its name, or ""."""
    return image_beside(mesh_path, files_in(os.path.dirname(mesh_path)))


def find_landmarks(mesh_path: str) -> str:
    """The path of the landmark file beside a scan that has its name, or ""."""
    return landmarks_beside(mesh_path, files_in(os.path.dirname(mesh_path)))


def _read(suffix: str, mesh_path: str, texture_path: str, settings: ScanSettings, scale: float) -> Mesh:
    longest_edge = settings.longest_edge / scale
    if suffix == ".wrl":
        return read_bu3dfe(mesh_path, texture_path)
    if suffix == ".bnt":
        return read_bosphorus(mesh_path, texture_path, longest_edge)
    if suffix == ".ply":
        return read_ply(mesh_path, texture_path)
    if suffix in MESHES:
        return read_meshfile(mesh_path, texture_path)
    if suffix in DEPTH_IMAGES:
        if settings.pixel_spacing is None:
            raise ScanError(
                f"{mesh_path}: a depth image; set scans.pixel_spacing in config.yaml to the mm per pixel; for "
                "`predict`, use --pixel-spacing"
            )
        points = grid_points(read_depth_image(mesh_path), settings.pixel_spacing / scale)
    else:
        points = read_abs(mesh_path)
    return mesh_from_grid(points, read_image(texture_path) if texture_path else None, longest_edge, mesh_path)


def check_mesh(mesh: Mesh, path: str | os.PathLike) -> None:
    """Raises ScanError if a mesh has no triangles, numbers that are not finite, or corners that do not exist."""
    if len(mesh.triangles) == 0:
        raise ScanError(f"{path}: has no triangles; expected a surface, not points alone")
    if not np.isfinite(mesh.vertices).all() or not np.isfinite(mesh.uv).all():
        raise ScanError(f"{path}: vertices or texture coordinates are not finite numbers; export the mesh again")
    if mesh.triangles.min() < 0 or mesh.triangles.max() >= len(mesh.vertices):
        raise ScanError(
            f"{path}: a triangle names a vertex that is not among the {len(mesh.vertices)}; export it again"
        )
    if not np.ptp(mesh.vertices, axis=0).any():
        raise ScanError(f"{path}: all vertices lie in one point; export the mesh again")
