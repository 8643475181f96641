"""The report of `inspect` on one scan file, built step by step."""

from typing import NamedTuple

import numpy as np

from ffnet.scans.formats.readers import scan_suffix
from ffnet.scans.formats.scan_file import ScanFile
from ffnet.scans.index import ScanRow, native_row
from ffnet.scans.load import FrontalScan

USUAL_EXTENT = (120.0, 320.0)  # mm, longest side of a scan that is a face and little else
FLAT = 30.0  # mm; a face has more relief
LOOSE = 0.1  # share of vertices in no triangle above which there is a warning
TRUSTED_ROTATION = 20.0  # degrees up to which poses were measured to be found


class ScanReport(NamedTuple):
    """The facts about one file; None where unknown. Its fields are the keys of --json.

    extent_mm: [x, y, z]. texture: [width, height] in pixels. nose_tip: [x, y, z] in mm in the file's coordinates.
    rotation_deg: the angle by which the face was turned to the camera. landmark_route: the kind of picture in which the
    landmarks were found, or "files".
    """

    file: str
    format: str | None = None
    vertices: int | None = None
    triangles: int | None = None
    extent_mm: list[float] | None = None
    texture: list[int] | None = None
    subject: str | None = None
    expression: str | None = None
    intensity: int | None = None
    nose_tip: list[float] | None = None
    rotation_deg: float | None = None
    landmark_route: str | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None

    def warn(self, *warnings: str) -> "ScanReport":
        """The report with more warnings."""
        return self._replace(warnings=(*self.warnings, *warnings))


def named_report(file: str) -> ScanReport:
    """The report from the file's name alone, for frames of BU-4DFE from the names of the folders too."""
    row = native_row(file)
    if row:
        return listed_report(file, row)
    return ScanReport(file, format=scan_suffix(file)[1:] or None).warn(
        "no subject and expression: the file is not named as in BU-3DFE, BU-4DFE or Bosphorus, and no manifest.csv of "
        "a dataset in config.yaml lists it"
    )


def listed_report(file: str, row: ScanRow) -> ScanReport:
    """The report from a file's ScanRow."""
    return ScanReport(
        file,
        format=scan_suffix(file)[1:] or None,
        subject=row.subject,
        expression=row.expression,
        intensity=row.intensity,
    )


def measured_report(report: ScanReport, scan: ScanFile, map_size: int) -> ScanReport:
    """The report with the sizes of a scan's mesh. map_size: pixels."""
    mesh = scan.mesh
    extent = np.ptp(mesh.vertices, axis=0)
    height, width = mesh.texture.shape[:2]
    loose = 1 - len(np.unique(mesh.triangles)) / len(mesh.vertices)
    report = report._replace(
        vertices=scan.vertices,
        triangles=len(mesh.triangles),
        extent_mm=[round(float(side), 1) for side in extent],
        texture=[width, height],
    ).warn(*scan.notes)
    if not USUAL_EXTENT[0] <= extent.max() <= USUAL_EXTENT[1]:
        low, high = USUAL_EXTENT
        report = report.warn(f"{extent.max():.0f} mm across; a scan of a face alone has {low:.0f} to {high:.0f} mm")
    if extent[2] < FLAT:
        report = report.warn(f"only {extent[2]:.0f} mm deep from front to back; is it a flat picture?")
    if min(width, height) < map_size:
        report = report.warn(f"the texture is smaller than the maps made from it ({map_size} x {map_size} pixels)")
    if loose > LOOSE:
        report = report.warn(f"{loose:.0%} of the vertices belong to no triangle; the surface has large holes")
    return report


def posed_report(report: ScanReport, scan: FrontalScan) -> ScanReport:
    """The report with the pose of its scan."""
    report = report._replace(
        nose_tip=[round(float(value), 2) for value in scan.nose_tip],
        rotation_deg=round(scan.rotation_degrees, 2),
        landmark_route=scan.route,
    )
    return report.warn(*pose_warnings(scan, "--out"))


def pose_warnings(scan: FrontalScan, option: str) -> list[str]:
    """Reasons to doubt the pose of a scan. option: the command's option that draws a picture."""
    warnings = list(scan.notes)
    if scan.route == "shape":
        warnings.append(f"the face was found by its shape alone, not in its texture; look at the picture ({option})")
    if scan.rotation_degrees > TRUSTED_ROTATION:
        warnings.append(
            f"turned by {scan.rotation_degrees:.0f} degrees; beyond {TRUSTED_ROTATION:.0f} the pose is less reliable"
        )
    return warnings


def landmark_warnings(columns: dict[str, np.ndarray]) -> list[str]:
    """Reasons to doubt the landmarks of the one scan in a shard's columns."""
    route = columns["detected"][0]
    if route == "detector":
        return []
    where = "the shaded depth map" if route == "relief" else "the square as a whole"
    return [f"no face was found in the texture map; the landmarks come from {where}"]


def report_text(report: ScanReport, picture: str | None) -> str:
    """A report as lines of text. picture: the path of what was drawn, or None."""
    row = native_row(report.file)
    ethnicity = row.ethnicity if row else ""  # not in the report, whose fields are the keys of --json
    facts = {
        "format": report.format,
        "mesh": report.vertices and f"{report.vertices} vertices, {report.triangles} triangles",
        "extent": report.extent_mm and "{:.0f} x {:.0f} x {:.0f} mm".format(*report.extent_mm),
        "texture": report.texture and "{} x {} pixels".format(*report.texture),
        "subject": report.subject and (f"{report.subject}, ethnicity {ethnicity}" if ethnicity else report.subject),
        "expression": report.expression and f"{report.expression}, intensity {report.intensity}",
        "nose tip": report.nose_tip and "{:.1f}, {:.1f}, {:.1f} mm in the file's axes".format(*report.nose_tip),
        "pose": None if report.rotation_deg is None else f"{report.rotation_deg:.1f} degrees off frontal",
        "landmark route": report.landmark_route,
    }
    lines = [f"  {name:<16}{fact or 'unknown'}" for name, fact in facts.items() if fact or not report.error]
    lines += [f"  {'warning':<16}{warning}" for warning in report.warnings]
    if report.error:
        lines.append(f"  CANNOT BE USED: {report.error}")
    elif picture:
        lines.append(f"  {'picture':<16}{picture}")
    return "\n".join([report.file, *lines])
