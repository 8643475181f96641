"""Which scans a collection holds, from file names alone; read while the workflow is planned, so plain Python only."""

import csv
import io
import os
import pathlib
import re
import zlib
from typing import NamedTuple

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS, NEUTRAL

BU3DFE_CODES = dict(zip(("AN", "DI", "FE", "HA", "SA", "SU", "NE"), (*EXPRESSIONS, NEUTRAL), strict=True))
BOSPHORUS_CODES = dict(zip(("ANGER", "DISGUST", "FEAR", "HAPPY", "SADNESS", "SURPRISE"), EXPRESSIONS, strict=True))
BU3DFE_NAME = re.compile(r"(?P<subject>[FM]\d{4})_(?P<code>[A-Z]{2})(?P<level>\d\d)(?P<ethnicity>[A-Z]{2})_F3D")
BOSPHORUS_NAME = re.compile(r"(?P<subject>bs\d{3})_E_(?P<code>[A-Z]+)_(?P<take>\d+)")


class ScanRow(NamedTuple):
    """A row of manifest.csv. mesh and texture are paths; an empty texture was not found beside its mesh."""

    scan: str
    subject: str
    expression: str
    intensity: int
    mesh: str
    texture: str
    shard: str


def files_below(folder, setting_name):
    """Paths of all files below a collection's folder, sorted.

    Raises InputError if the folder is not there; setting_name is what to change in config.yaml.
    """
    if not os.path.isdir(folder):
        raise InputError(
            f"{setting_name}: there is no folder '{folder}'; put the path of your copy of the collection there"
        )
    return sorted(str(pathlib.Path(top) / name) for top, _, names in os.walk(folder) for name in names)


def index_scans(paths, layout, intensities, shards):
    """The ScanRows of the expression scans among paths, sorted by scan.

    layout: "bu3dfe" or "bosphorus". intensities: levels taken; Bosphorus has the one level 1. Neutral scans, action
    units, poses and occlusions are not taken. shards: number of groups of subjects; a subject's group depends on its
    name alone, so that adding a subject changes one group.
    """
    rows = []
    present = set(paths)
    for path in paths:
        row = (_bu3dfe_row if layout == "bu3dfe" else _bosphorus_row)(path, present, shards)
        if row and row.expression in EXPRESSIONS and row.intensity in intensities:
            rows.append(row)
    return sorted(rows)


def _bu3dfe_row(path, present, shards):
    stem, suffix = os.path.splitext(os.path.basename(path))
    name = BU3DFE_NAME.fullmatch(stem)
    if not name or suffix.lower() != ".wrl" or name["code"] not in BU3DFE_CODES:
        return None
    return ScanRow(
        scan=stem.removesuffix("_F3D"),
        subject=name["subject"],
        expression=BU3DFE_CODES[name["code"]],
        intensity=int(name["level"]),
        mesh=path,
        texture=_beside(path, ".bmp", present),
        shard=shard_of(name["subject"], shards),
    )


def _bosphorus_row(path, present, shards):
    stem, suffix = os.path.splitext(os.path.basename(path))
    name = BOSPHORUS_NAME.fullmatch(stem)
    if not name or suffix.lower() != ".bnt" or name["code"] not in BOSPHORUS_CODES:
        return None
    return ScanRow(
        scan=stem,
        subject=name["subject"],
        expression=BOSPHORUS_CODES[name["code"]],
        intensity=1,
        mesh=path,
        texture=_beside(path, ".png", present),
        shard=shard_of(name["subject"], shards),
    )


def _beside(path, suffix, present):
    for candidate in (os.path.splitext(path)[0] + s for s in (suffix, suffix.upper())):
        if candidate in present:
            return candidate
    return ""


def shard_of(subject, shards):
    """The name of a subject's shard."""
    return f"shard-{zlib.crc32(subject.encode()) % shards:02d}"


def complete_subjects(rows, intensities):
    """Sorted subjects that have all six expressions at every level asked for."""
    wanted = {(expression, level) for expression in EXPRESSIONS for level in intensities}
    have = {}
    for row in rows:
        have.setdefault(row.subject, set()).add((row.expression, row.intensity))
    return sorted(subject for subject, found in have.items() if wanted <= found)


def manifest_text(rows):
    """manifest.csv as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(ScanRow._fields)
    writer.writerows(rows)
    return text.getvalue()
