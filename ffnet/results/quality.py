"""quality.csv: a row a scan of the manifest, the worst first, so that the bad one is found without looking at all."""

import csv
import io
import os
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from ffnet.quarantine import Rejected
from ffnet.scans.index import ScanRow
from ffnet.storage import read_stage

SCANS = ("pose_route", "rotation_degrees")
MAPS = ("points_per_pixel", "removed_share", "filled_share")


class Quality(NamedTuple):
    """How one scan came through the stages; None for what a scan that was left out earlier does not have.

    pose_route: the picture on which the face was found, "texture" or "shape". rotation_degrees: how far the scan was
    turned to the camera. points_per_pixel: vertices for each pixel of the face. removed_share: of the face's pixels,
    outliers. filled_share: of the face's pixels, holes, outliers among them. landmark_route: the box in which dlib
    placed the landmarks, "detector" or "crop". plausibility: of the landmarks, from 0 to 1 (ffnet.masks.plausibility).
    quarantined: the stage that left the scan out, None where it takes part; quarantine.csv has the reason.
    """

    scan: str
    subject: str
    expression: str
    intensity: int
    pose_route: str | None
    rotation_degrees: float | None
    points_per_pixel: float | None
    removed_share: float | None
    filled_share: float | None
    landmark_route: str | None
    plausibility: float | None
    quarantined: str | None


def measured(
    scans: Iterable[str | os.PathLike], maps: Iterable[str | os.PathLike], masks: Iterable[str | os.PathLike]
) -> dict[str, dict]:
    """scan -> {name: value} of what three stages measured. scans, maps, masks: paths of their files.

    Scans with implausible landmarks are among them.
    """
    found: dict[str, dict] = {}
    for paths, names in ((scans, SCANS), (maps, MAPS)):
        for path in paths:
            columns = read_stage(path, ["scan", *names]).columns
            _add(found, columns["scan"], {name: columns[name] for name in names})
    for path in masks:
        for scan, prefix in (("scan", ""), ("implausible", "implausible_")):
            route, score = f"{prefix}detected", f"{prefix}plausibility"
            columns = read_stage(path, [scan, route, score]).columns
            _add(found, columns[scan], {"landmark_route": columns[route], "plausibility": columns[score]})
    return found


def _add(found: dict[str, dict], scans: np.ndarray, columns: dict[str, np.ndarray]) -> None:
    for row, scan in enumerate(scans.tolist()):
        found.setdefault(scan, {}).update({name: values[row].item() for name, values in columns.items()})


def rank(manifest: list[ScanRow], found: dict[str, dict], rejected: list[Rejected]) -> list[Quality]:
    """The Quality of every scan: those in quarantine first, then the least plausible, equal ones by name.

    manifest: ScanRows. found: see measured. rejected: Rejected rows.
    """
    stages = {row.scan: row.stage for row in rejected}
    rows = []
    for row in manifest:
        known = row._asdict() | found.get(row.scan, {}) | {"quarantined": stages.get(row.scan)}
        values: dict[str, Any] = {name: known.get(name) for name in Quality._fields}
        rows.append(Quality(**values))
    return sorted(rows, key=lambda row: (row.quarantined is None, row.plausibility or 0.0, row.scan))


def quality_text(rows: list[Quality]) -> str:
    """quality.csv as text, numbers with four decimals, empty where there is none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Quality._fields)
    writer.writerows([f"{value:.4f}" if isinstance(value, float) else value for value in row] for row in rows)
    return text.getvalue()


def read_quality(path: str | os.PathLike) -> list[Quality]:
    """The Quality rows of quality.csv, in its order."""
    with open(path, encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = [
            {name: text or None for name, text in row.items()} for row in csv.DictReader(file)
        ]
    numbers = {name: kind for name, kind in Quality.__annotations__.items() if kind in (int, float | None)}
    for row in rows:
        row |= {name: (int if kind is int else float)(row[name]) for name, kind in numbers.items() if row[name]}
    return [Quality(**row) for row in rows]
