"""Writes all scans of one person, and the truth about them."""

import numpy as np

from ffnet.demo import bosphorus_files, bu3dfe_files, roster
from ffnet.demo.model import FaceModel
from ffnet.demo.sensor import Reading
from ffnet.demo.settings import DemoSettings
from ffnet.demo.studio import UNCHANGED, Change, Posed, Sitter, change_posed, pose_head, prepare
from ffnet.seeds import seed_of
from ffnet.storage import write_text

BU3DFE_SHIFT, BOSPHORUS_SHIFT = 120.0, 40.0  # mm, how far off the origin a scan may lie
MISSING_LANDMARKS = 3


def make_bu3dfe_subject(model: FaceModel, settings: DemoSettings, name: str) -> None:
    """Writes every file of a subject in BU-3DFE's layout."""
    _make_subject(model, settings, "bu3dfe", name)


def make_bosphorus_subject(model: FaceModel, settings: DemoSettings, name: str) -> None:
    """Writes every file of a subject in Bosphorus' layout."""
    _make_subject(model, settings, "bosphorus", name)


def _make_subject(model: FaceModel, settings: DemoSettings, layout: str, name: str) -> None:
    subject = roster.find_subject(settings, layout, name)
    sitter = prepare(model, subject, settings)
    folder = roster.subject_folder(settings, layout, name)
    rows = [
        write_scan(f"{folder}/{scan.stem}", subject, scan, sitter, settings)
        for scan in roster.list_scans(settings, subject)
    ]
    write_text(roster.truth_path(settings, layout, name), "\n".join([truth_header(), *rows]) + "\n")


def write_scan(
    path: str,
    subject: roster.Subject,
    scan: roster.Scan,
    sitter: Sitter,
    settings: DemoSettings,
    change: Change = UNCHANGED,
) -> str:
    """Writes the files of a scan, after a Change in the studio, and returns its truth_row. path: without suffixes."""
    random = np.random.default_rng(seed_of(settings.seed, subject.layout, subject.number, scan.stem))
    posed = pose_head(sitter, scan, settings, random)
    write = {"bu3dfe": _write_bu3dfe_scan, "bosphorus": _write_bosphorus_scan}[subject.layout]
    shift, reading = write(path, scan, sitter, posed, settings, random, change)
    return truth_row(scan.stem, posed.degrees, change_posed(posed, change).landmarks + shift, reading)


def _write_bu3dfe_scan(
    path: str,
    scan: roster.Scan,
    sitter: Sitter,
    posed: Posed,
    settings: DemoSettings,
    random: np.random.Generator,
    change: Change,
) -> tuple[np.ndarray, Reading]:
    mesh, numbers, reading = bu3dfe_files.scan_face(sitter, posed, settings, random, change)
    shift = random.uniform(-BU3DFE_SHIFT, BU3DFE_SHIFT, 3)
    mesh = mesh._replace(vertices=mesh.vertices + shift)
    bu3dfe_files.write_wrl(f"{path}_F3D.wrl", mesh, style=seed_of(settings.seed, scan.stem, "style") % 3)
    bu3dfe_files.write_bnd(f"{path}_F3D.bnd", mesh, numbers)
    bu3dfe_files.write_picture(f"{path}_F3D.bmp", mesh.texture)
    return shift, reading


def _write_bosphorus_scan(
    path: str,
    scan: roster.Scan,
    sitter: Sitter,
    posed: Posed,
    settings: DemoSettings,
    random: np.random.Generator,
    change: Change,
) -> tuple[np.ndarray, Reading]:
    planes, picture, reading = bosphorus_files.scan_range(sitter, posed, settings, random, change)
    shift = random.uniform(-BOSPHORUS_SHIFT, BOSPHORUS_SHIFT, 3)
    landmarks = change_posed(posed, change).landmarks
    points = bosphorus_files.draw_labels(landmarks, MISSING_LANDMARKS, random)
    height, width = picture.shape[:2]
    places = {label: bosphorus_files.photo_share(point) * [width, height] for label, point in points.items()}
    planes[:3] += shift[:, None, None]
    style = seed_of(settings.seed, scan.stem, "style")
    line_end = "\r\n" if style % 3 == 0 else "\n"
    bosphorus_files.write_bnt(f"{path}.bnt", planes, f"{scan.stem}.png", only_depth=style % 2 == 0)
    bosphorus_files.write_lm3(
        f"{path}.lm3", {label: point + shift for label, point in points.items()}, scan.stem, line_end
    )
    bosphorus_files.write_lm2(f"{path}.lm2", places, line_end)
    bu3dfe_files.write_picture(f"{path}.png", picture)
    return shift, reading


def truth_header() -> str:
    """Column names of a truth file."""
    points = [f"{axis}{number}" for number in range(68) for axis in "xyz"]
    nose = [f"nose_{axis}" for axis in "xyz"]
    return ",".join(["scan", "rotation_x", "rotation_y", "rotation_z", *nose, "spikes", "holes", *points])


def truth_row(stem: str, degrees: np.ndarray, landmarks: np.ndarray, reading: Reading) -> str:
    """One scan's truth: degrees about x, then y, then z; the nose tip; spikes and holes made; the 68 landmarks, mm in
    the file's coordinates."""
    numbers = [*degrees, *landmarks[30]], [reading.spikes, reading.holes], landmarks.ravel()
    texts = [f"{value:.4f}" for value in numbers[0]] + [str(value) for value in numbers[1]]
    return ",".join([stem, *texts, *(f"{value:.4f}" for value in numbers[2])])
