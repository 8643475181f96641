"""The landmark files beside the scans: BU-3DFE's .bnd, Bosphorus' .lm2 and .lm3."""

import os
import re

import numpy as np

from ffnet.errors import ScanError
from ffnet.scans.formats.contents import MEBIBYTE, describe, read_contents
from ffnet.scans.formats.numbers import read_numbers

BND_POINTS = 83
MOST_NUMBER = 2**31
HEADING = re.compile(r"(\d{1,4})\s+landmarks\s*:", re.IGNORECASE)
LABELS = re.compile(r"labels\s*:", re.IGNORECASE)
PLACES = re.compile(r"2D\s+image\s+coordinates\s*:", re.IGNORECASE)


def read_bnd(path: str | os.PathLike) -> tuple[np.ndarray, np.ndarray]:
    """BU-3DFE's 83 landmarks: numbers (83,) int64 of the _F3D mesh's vertices, counted from 0, and their x, y, z
    (83, 3) in mm. Raises ScanError.
    """
    lines = [line for line in _lines(path, "BU-3DFE's landmarks (.bnd)") if line.strip()]
    if len(lines) != BND_POINTS:
        raise ScanError(f"{path}: expected {BND_POINTS} landmarks, one per line, found {len(lines)}: copy it again")
    rows = np.stack([_numbers(line, 4, path) for line in lines])
    numbers = rows[:, 0]
    if (numbers % 1 != 0).any() or numbers.min() < 0 or numbers.max() > MOST_NUMBER:
        raise ScanError(f"{path}: each line must begin with the number of a vertex, 0 or more: copy it again")
    return numbers.astype(np.int64), rows[:, 1:]


def read_lm3(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """Bosphorus' labelled landmarks {label: (3,) float64}, x, y, z in mm as in the .bnt, without hidden ones.

    Raises ScanError.
    """
    expected = "Bosphorus' 3D landmarks (.lm3)"
    lines = _lines(path, expected)
    if lines and not HEADING.fullmatch(lines[0].strip()):
        lines = lines[1:]  # a comment whatever it holds, as the collection's own reader has it
    count, lines = _body(lines, expected, path)
    if len(lines) != 2 * count:
        raise ScanError(
            f"{path}: promises {count} landmarks: expected {2 * count} lines, a label and numbers in turn, found "
            f"{len(lines)}: copy it again"
        )
    return _labelled(lines[::2], lines[1::2], 3, path)


def read_lm2(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """Bosphorus' labelled landmarks in the photo {label: (2,) float64}, column and row in pixels.

    Raises ScanError.
    """
    expected = "Bosphorus' 2D landmarks (.lm2)"
    count, lines = _body(_lines(path, expected), expected, path)
    headings = len(lines) == 2 * count + 2 and LABELS.fullmatch(lines[0]) and PLACES.fullmatch(lines[count + 1])
    if not headings:
        raise ScanError(
            f"{path}: promises {count} landmarks: expected 'Labels:' and {count} lines, then '2D Image coordinates:' "
            f"and {count} lines, found {len(lines)} other lines: copy it again"
        )
    return _labelled(lines[1 : count + 1], lines[count + 2 :], 2, path)


def _lines(path: str | os.PathLike, expected: str) -> list[str]:
    data = read_contents(path, MEBIBYTE, expected)
    if b"\0" in data or data.lstrip().startswith(b"<"):
        raise ScanError(
            f"{path}: expected {expected} as plain text, found {describe(data)}; copy it again or save it as UTF-8"
        )
    return data.decode("utf-8-sig", "replace").splitlines()  # comments may be in any encoding


def _body(lines: list[str], expected: str, path: str | os.PathLike) -> tuple[int, list[str]]:
    """The number of landmarks promised, and the lines after it without comments, information blocks and blanks."""
    body, hidden = [], False
    for line in map(str.strip, lines):
        hidden = bool(line) and (hidden or line.startswith("*"))  # an information block ends at a blank line
        if line and not hidden and not line.startswith("#"):
            body.append(line)
    heading = HEADING.fullmatch(body[0]) if body else None
    if not heading:
        raise ScanError(f"{path}: expected {expected}; the line 'N landmarks:' is missing: copy it again")
    return int(heading[1]), body[1:]


def _labelled(labels: list[str], lines: list[str], width: int, path: str | os.PathLike) -> dict[str, np.ndarray]:
    if len(set(labels)) < len(labels):
        raise ScanError(f"{path}: the label '{max(labels, key=labels.count)}' occurs twice: correct the file")
    return {label: _numbers(line, width, path) for label, line in zip(labels, lines, strict=True)}


def _numbers(line: str, width: int, path: str | os.PathLike) -> np.ndarray:
    try:
        values = read_numbers(line.encode(), np.float64)
    except ValueError as error:
        raise ScanError(
            f"{path}: {error} is not a number, in the line '{line.strip()[:60]}': copy the file again"
        ) from error
    if len(values) != width or not np.isfinite(values).all():
        raise ScanError(f"{path}: the line '{line.strip()[:60]}' must hold {width} finite numbers: copy the file again")
    return values
