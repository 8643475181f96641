"""A user's own collection, a folder with manifest.csv; imported while the workflow is planned, so plain Python only."""

import csv
import difflib
import functools
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS, NEUTRAL
from ffnet.scans.beside import OWN_TEXTURE, Paths, files_in, image_beside, landmarks_beside
from ffnet.scans.formats.inside import path_inside
from ffnet.scans.index import ScanRow, shard_of, skipped_kind
from ffnet.scans.settings import DatasetSettings, ScanSettings

FILE = "manifest.csv"
COLUMNS = ("scan", "subject", "expression", "intensity", "mesh", "texture")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def read_scan_list(
    dataset: DatasetSettings, settings: ScanSettings, setting_name: str
) -> tuple[list[ScanRow], dict[str, int]]:
    """The scans that a dataset takes from its list, as index_scans returns them: (ScanRows, {kind: number skipped}).

    The arguments are list_scans'. Raises InputError.
    """
    rows: list[ScanRow] = []
    skipped: Counter[str] = Counter()
    for row in list_scans(dataset, settings, setting_name):
        kind = skipped_kind(row, dataset)
        if kind:
            skipped[kind] += 1
        else:
            rows.append(row)
    return sorted(rows), dict(sorted(skipped.items()))


def list_scans(dataset: DatasetSettings, settings: ScanSettings, setting_name: str) -> list[ScanRow]:
    """The ScanRows of all scans that manifest.csv lists, in its order.

    setting_name: of its folder in config.yaml, for messages. Paths are relative to manifest.csv. An empty texture is
    the image beside a range image with its name; that of a mesh is found by its reader: see find_texture. A missing
    mesh keeps its row. Raises InputError with the file and line of what is wrong in the list.
    """
    path = os.path.join(dataset.folder, FILE)
    if not os.path.isfile(path):
        raise InputError(
            f"{setting_name}: there is no file '{path}'; the layout 'manifest' is a folder with a {FILE}, which has "
            f"the columns {','.join(COLUMNS)}"
        )
    lines: dict[str, int] = {}
    rows, folders = [], functools.cache(files_in)
    for line, fields in _read_lines(path):
        row = _row(f"{path}, line {line}", fields, dataset, settings, folders)
        if row.scan in lines:
            raise InputError(f"{path}, line {line}: scan {row.scan} is already listed in line {lines[row.scan]}")
        lines[row.scan] = line
        rows.append(row)
    return rows


def _read_lines(path: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, {column: text}) of every row that is not blank."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
        first = text.partition("\n")[0]
        semicolons = ";" in first and "," not in first  # as spreadsheets write where the comma is a decimal point
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=";" if semicolons else ",")
        rows = [(reader.line_num, [field.strip() for field in row]) for row in reader if any(map(str.strip, row))]
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8") from error
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: not a row of a CSV file ({error})") from error
    header = rows[0][1] if rows else []
    for column in COLUMNS:
        if column not in header:
            near = difflib.get_close_matches(column, [name for name in header if name not in COLUMNS], n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; the first line must be {','.join(COLUMNS)}"
            raise InputError(f"{path}, line 1: the column '{column}' is missing{hint}")
    for line, row in rows[1:]:
        if len(row) != len(header):
            raise InputError(f"{path}, line {line}: expected {len(header)} values, found {len(row)}")
        yield line, dict(zip(header, row, strict=True))


def _row(
    where: str,
    fields: dict[str, str],
    dataset: DatasetSettings,
    settings: ScanSettings,
    files_in_folder: Callable[[str], Paths],
) -> ScanRow:
    for column in ("scan", "subject"):
        if not NAME.fullmatch(fields[column]):
            raise InputError(
                f"{where}: the {column} '{fields[column]}' cannot be a file name; use letters, digits, -, _ and ."
            )
    expression = fields["expression"]
    known = (*dataset.classes, *EXPRESSIONS, NEUTRAL)
    if expression not in known:
        near = difflib.get_close_matches(expression, dataset.classes, n=1, cutoff=0.0)[0]
        raise InputError(f"{where}: unknown expression '{expression}'; did you mean '{near}'? Or add it to the classes")
    if not re.fullmatch(r"[0-9]{1,9}", fields["intensity"]):
        raise InputError(f"{where}: expected a whole number as the intensity, found '{fields['intensity']}'")
    if not fields["mesh"]:
        raise InputError(f"{where}: the mesh is empty; give its path relative to {FILE}")
    mesh = _below(where, dataset.folder, fields["mesh"])
    present = files_in_folder(os.path.dirname(mesh))
    if fields["texture"]:
        texture = _below(where, dataset.folder, fields["texture"])
    else:  # else its reader decides between the file's own texture and one beside it
        texture = "" if mesh.lower().endswith(OWN_TEXTURE) else image_beside(mesh, present)
    return ScanRow(
        scan=fields["scan"],
        subject=fields["subject"],
        expression=expression,
        intensity=int(fields["intensity"]),
        mesh=mesh,
        texture=texture,
        shard=shard_of(fields["subject"], settings.shards),
        landmarks=landmarks_beside(mesh, present) if settings.pose.landmarks == "files" else "",
    )


def _below(where: str, folder: str, name: str) -> str:
    path = path_inside(folder, name)
    if path is None:
        raise InputError(f"{where}: '{name}' leads out of the folder of {FILE}; put the file below it")
    return path
