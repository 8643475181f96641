"""One scan file to a mesh in millimetres, whatever its format; the file's suffix says which it is."""

import os

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.beside import OWN_TEXTURE, files_in, image_beside, landmarks_beside
from ffnet.scans.formats.bosphorus import read_bosphorus
from ffnet.scans.formats.depth_image import grid_points, read_depth_image
from ffnet.scans.formats.frgc import read_abs
from ffnet.scans.formats.images import read_image
from ffnet.scans.formats.meshfiles import read_meshfile
from ffnet.scans.formats.part import check_numbers
from ffnet.scans.formats.ply import read_ply
from ffnet.scans.formats.range_grid import mesh_from_grid
from ffnet.scans.formats.scan_file import ScanFile
from ffnet.scans.formats.vrml import read_wrl
from ffnet.scans.index import native_row
from ffnet.scans.settings import ScanSettings, Unit

MILLIMETRES = {"mm": 1.0, "cm": 10.0, "m": 1000.0}
MESHES = (".obj", ".glb", ".off", ".stl")
DEPTH_IMAGES = (".png", ".tif", ".tiff", ".npy")
FORMATS = (".wrl", ".bnt", ".ply", *MESHES, ".abs", ".abs.gz", *DEPTH_IMAGES)


def read_scan(mesh_path: str, texture_path: str, settings: ScanSettings, unit: Unit) -> ScanFile:
    """The ScanFile of a scan, its mesh in mm.

    texture_path: its image; empty if the mesh's file says which, or has none: see find_texture. unit: of the file.
    Raises ScanError that names the file, what is wrong and what to do.
    """
    suffix = scan_suffix(mesh_path)
    if os.path.isdir(mesh_path):
        raise ScanError(f"{mesh_path}: is a folder; name the scan files in it")
    if suffix not in FORMATS:
        raise ScanError(f"{mesh_path}: files of this kind cannot be read; export it as one of {', '.join(FORMATS)}")
    if not os.path.isfile(mesh_path):
        raise ScanError(f"{mesh_path}: there is no such file; copy it there, or correct the path or the list")
    scale = MILLIMETRES[unit]
    scan = _read(suffix, mesh_path, texture_path, settings, scale)
    check_mesh(scan.mesh, mesh_path)
    return scan._replace(mesh=scan.mesh._replace(vertices=scan.mesh.vertices * scale))


def scan_suffix(path: str) -> str:
    """The suffix that gives a scan's format, in lower case; .abs.gz is one."""
    name = os.path.basename(path).lower()
    return ".abs.gz" if name.endswith(".abs.gz") else os.path.splitext(name)[1]


def find_texture(mesh_path: str) -> str:
    """The path of the image beside a scan that has its name, or "".

    Also "" where the file itself may name or hold its texture, which comes first: its reader then looks beside it.
    """
    if mesh_path.lower().endswith(OWN_TEXTURE) and native_row(mesh_path) is None:
        return ""
    return image_beside(mesh_path, files_in(os.path.dirname(mesh_path)))


def find_landmarks(mesh_path: str) -> str:
    """The path of the landmark file beside a scan that has its name, or ""."""
    return landmarks_beside(mesh_path, files_in(os.path.dirname(mesh_path)))


def _read(suffix: str, mesh_path: str, texture_path: str, settings: ScanSettings, scale: float) -> ScanFile:
    longest_edge = settings.longest_edge / scale
    if suffix == ".wrl":
        return read_wrl(mesh_path, texture_path)
    if suffix == ".ply":
        return read_ply(mesh_path, texture_path)
    if suffix in MESHES:
        return read_meshfile(mesh_path, texture_path)
    if suffix == ".bnt":
        mesh = read_bosphorus(mesh_path, texture_path, longest_edge)
    else:
        points = _grid(suffix, mesh_path, settings, scale)
        picture = read_image(texture_path) if texture_path else None
        mesh = mesh_from_grid(points, picture, longest_edge, mesh_path)
    return ScanFile(mesh, len(mesh.vertices))


def _grid(suffix: str, mesh_path: str, settings: ScanSettings, scale: float) -> np.ndarray:
    """The points (rows, columns, 3) of a range image of FRGC or of a depth image."""
    if suffix not in DEPTH_IMAGES:
        return read_abs(mesh_path)
    if settings.pixel_spacing is None:
        raise ScanError(
            f"{mesh_path}: a depth image; set scans.pixel_spacing in config.yaml to the mm per pixel; for "
            "`predict`, use --pixel-spacing"
        )
    return grid_points(read_depth_image(mesh_path), settings.pixel_spacing / scale)


def check_mesh(mesh: Mesh, path: str | os.PathLike) -> None:
    """Raises ScanError if a mesh has no triangles, numbers that are not finite, or corners that do not exist."""
    if len(mesh.triangles) == 0:
        raise ScanError(f"{path}: has no triangles; expected a surface, not points alone")
    if mesh.triangles.min() < 0 or mesh.triangles.max() >= len(mesh.vertices):
        raise ScanError(
            f"{path}: a triangle names a vertex that is not among the {len(mesh.vertices)}; export it again"
        )
    check_numbers(path, mesh.vertices, mesh.uv)
    if not np.ptp(mesh.vertices, axis=0).any():
        raise ScanError(f"{path}: all vertices lie in one point; export the mesh again")
