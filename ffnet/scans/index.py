"""Which scans a collection holds, by file name alone; imported while the workflow is planned, so plain Python only."""

import csv
import io
import os
import pathlib
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS, NEUTRAL
from ffnet.scans.beside import Paths, image_beside, landmarks_beside
from ffnet.scans.settings import DatasetSettings, ScanSettings

BU3DFE_CODES = dict(zip(("AN", "DI", "FE", "HA", "SA", "SU", "NE"), (*EXPRESSIONS, NEUTRAL), strict=True))
BU4DFE_CODES = dict(zip(("angry", "disgust", "fear", "happy", "sad", "surprise"), EXPRESSIONS, strict=True))
BOSPHORUS_CODES = dict(
    zip(
        ("E_ANGER", "E_DISGUST", "E_FEAR", "E_HAPPY", "E_SADNESS", "E_SURPRISE", "N_N"),
        (*EXPRESSIONS, NEUTRAL),
        strict=True,
    )
)
BU3DFE_NAME = re.compile(r"(?P<subject>[FM]\d{4})_(?P<code>[A-Z]{2})(?P<level>\d\d)(?P<ethnicity>[A-Z]{2})_F3D")
BU4DFE_NAME = re.compile(r"(?P<subject>[FM]\d{3})/(?P<code>\w+)/(?P<frame>\d+)")
BOSPHORUS_NAME = re.compile(r"(?P<subject>bs\d{3})_(?P<code>E_[A-Z]+|N_N)_(?P<take>\d+)")
KINDS = {  # why a file with such a name is not an expression scan
    re.compile(r"bs\d{3}_(LFAU|UFAU|CAU)_\w+"): "action unit",
    re.compile(r"bs\d{3}_(YR|PR|CR)_\w+"): "pose",
    re.compile(r"bs\d{3}_O_\w+"): "occlusion",
    re.compile(r"bs\d{3}_IGN\w*"): "to be ignored",
    re.compile(r"[FM]\d{4}_[A-Z]{2}\d\d[A-Z]{2}_RAW"): "raw scan",
}


class ScanRow(NamedTuple):
    """A row of manifest.csv. mesh, texture and landmarks are paths; an empty texture was not found beside its mesh.

    ethnicity: BU-3DFE's code, "" where the name has none. landmarks: "" unless scans.pose.landmarks asks for files and
    one is there.
    """

    scan: str
    subject: str
    expression: str
    intensity: int
    mesh: str
    texture: str
    shard: str
    ethnicity: str = ""
    landmarks: str = ""


def files_below(folder: str, setting_name: str) -> list[str]:
    """Paths of all files below a collection's folder, sorted.

    setting_name: of the folder in config.yaml, for the message. Raises InputError if there is no such folder.
    """
    if not os.path.isdir(folder):
        raise InputError(
            f"{setting_name}: there is no folder '{folder}'; put the path of your copy of the collection there (in "
            "config.yaml, or in the file that you gave as CONFIG or --configfile)"
        )
    return sorted(str(pathlib.Path(top) / name) for top, _, names in os.walk(folder) for name in names)


def index_scans(
    paths: Sequence[str], dataset: DatasetSettings, settings: ScanSettings
) -> tuple[list[ScanRow], dict[str, int]]:
    """The scans among paths that a dataset takes: (ScanRows sorted by scan, {kind: number skipped}).

    dataset: of a collection with a naming scheme. Taken are its classes at its intensities, and neutral scans, if they
    are a class, whatever their intensity. Only meshes of the layout are counted as skipped. Raises InputError if two
    files hold a scan of one name.
    """
    suffix, make_row = LAYOUTS[dataset.layout]
    present = Paths(paths)
    rows: list[ScanRow] = []
    skipped: Counter[str] = Counter()
    for path in paths:
        if not path.lower().endswith(suffix):
            continue
        row = make_row(path, present, settings.shards)
        kind = skipped_kind(row, dataset) if row else name_kind(path)
        if row and not kind:
            rows.append(row)
        else:
            skipped[kind] += 1
    if dataset.layout == "bu4dfe":
        chosen = choose_frames(rows, settings.frame_step)
        skipped["other frame"] += len(rows) - len(chosen)
        rows = chosen
    if settings.pose.landmarks == "files":
        rows = [row._replace(landmarks=landmarks_beside(row.mesh, present)) for row in rows]
    check_names(rows)
    return sorted(rows), {kind: skipped[kind] for kind in sorted(skipped) if skipped[kind]}


def check_names(rows: Iterable[ScanRow]) -> None:
    """Raises InputError that names both files where two scans have one name."""
    meshes: dict[str, str] = {}
    for row in rows:
        if row.scan in meshes:
            raise InputError(
                f"{row.mesh}: the scan {row.scan} is also in {meshes[row.scan]}; move one of the two files out of the "
                "collection's folder"
            )
        meshes[row.scan] = row.mesh


def skipped_kind(row: ScanRow, dataset: DatasetSettings) -> str:
    """Why a dataset does not take a ScanRow, or ""."""
    if row.expression not in dataset.classes:
        return row.expression
    return "" if row.expression == NEUTRAL or row.intensity in dataset.intensities else "other intensity"


def name_kind(path: str) -> str:
    """The kind of a mesh whose name has no expression."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return next((kind for pattern, kind in KINDS.items() if pattern.fullmatch(stem)), "unknown name")


def bu3dfe_row(path: str, present: Paths, shards: int) -> ScanRow | None:
    """The ScanRow of a BU-3DFE mesh, neutral ones included, from its name; None for any other name.

    present: the paths among which its texture is sought.
    """
    stem, suffix = os.path.splitext(os.path.basename(path))
    name = BU3DFE_NAME.fullmatch(stem)
    if not name or suffix.lower() != ".wrl" or name["code"] not in BU3DFE_CODES:
        return None
    scan, expression = stem.removesuffix("_F3D"), BU3DFE_CODES[name["code"]]
    row = _row(scan, name["subject"], expression, int(name["level"]), path, present, shards)
    return row._replace(ethnicity=name["ethnicity"])


def bu4dfe_row(path: str, present: Paths, shards: int) -> ScanRow | None:
    """The ScanRow of a frame of BU-4DFE, F001/Angry/000.wrl, or None. See bu3dfe_row."""
    place, suffix = os.path.splitext("/".join(pathlib.PurePath(path).parts[-3:]))
    name = BU4DFE_NAME.fullmatch(place)
    if not name or suffix.lower() != ".wrl" or name["code"].lower() not in BU4DFE_CODES:
        return None
    scan, expression = place.replace("/", "_"), BU4DFE_CODES[name["code"].lower()]
    return _row(scan, name["subject"], expression, 1, path, present, shards)


def bosphorus_row(path: str, present: Paths, shards: int) -> ScanRow | None:
    """The ScanRow of an emotion or a neutral face of Bosphorus from its name, or None. See bu3dfe_row."""
    stem, suffix = os.path.splitext(os.path.basename(path))
    name = BOSPHORUS_NAME.fullmatch(stem)
    if not name or suffix.lower() != ".bnt" or name["code"] not in BOSPHORUS_CODES:
        return None
    expression = BOSPHORUS_CODES[name["code"]]
    return _row(stem, name["subject"], expression, int(expression != NEUTRAL), path, present, shards)


LAYOUTS = {"bu3dfe": (".wrl", bu3dfe_row), "bu4dfe": (".wrl", bu4dfe_row), "bosphorus": (".bnt", bosphorus_row)}


def native_row(path: str) -> ScanRow | None:
    """The ScanRow that the name of a collection's scan file tells, or None."""
    rows = (make_row(os.path.abspath(path), Paths(), 1) for _, make_row in LAYOUTS.values())
    return next(filter(None, rows), None)


def _row(scan: str, subject: str, expression: str, intensity: int, path: str, present: Paths, shards: int) -> ScanRow:
    texture = image_beside(path, present)
    return ScanRow(scan, subject, expression, intensity, path, texture, shard_of(subject, shards))


def choose_frames(rows: list[ScanRow], step: int | None) -> list[ScanRow]:
    """The frames taken from each sequence: every step-th from the first, or the middle one if step is None."""
    sequences: dict[tuple[str, str], list[ScanRow]] = {}
    for row in sorted(rows, key=lambda row: (len(row.scan), row.scan)):  # frame 1000 comes after 999
        sequences.setdefault((row.subject, row.expression), []).append(row)
    kept = ([frames[len(frames) // 2]] if step is None else frames[::step] for frames in sequences.values())
    return [row for frames in kept for row in frames]


def shard_of(subject: str, shards: int) -> str:
    """The name of a subject's shard."""
    return f"shard-{zlib.crc32(subject.encode()) % shards:02d}"


def manifest_text(rows: list[ScanRow]) -> str:
    """manifest.csv as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(ScanRow._fields)
    writer.writerows(rows)
    return text.getvalue()


def read_manifest(text: str) -> list[ScanRow]:
    """The ScanRows of manifest.csv."""
    return [ScanRow(intensity=int(row.pop("intensity")), **row) for row in csv.DictReader(io.StringIO(text))]
