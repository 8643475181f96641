"""FRGC's range images: text (.abs or .abs.gz) with a photo that matches them pixel for pixel."""

import gzip
import os
import re
import zlib

import numpy as np

from ffnet.errors import ScanError
from ffnet.scans.formats.numbers import read_numbers

HEADER = re.compile(rb"\s*(\d{1,6}) rows\s+(\d{1,6}) columns\s+pixels \(flag X Y Z\):\s*")
MOST_POINTS = 2_000_000  # FRGC has 640 x 480
MOST_CHARACTERS = 24  # of a number in the text
DEFLATE = 1032  # largest factor by which a .gz can grow


def read_abs(path: str | os.PathLike) -> np.ndarray:
    """points (rows, columns, 3) float64 in the file's units, NaN where invalid, row 0 at the top. Raises ScanError."""
    packed = str(path).lower().endswith(".gz")
    with (gzip.open if packed else open)(path, "rb") as file:
        try:
            head = file.read(200)
            header = HEADER.match(head)
            if not header:
                raise ScanError(
                    f"{path}: not a range image of FRGC: expected '480 rows', '640 columns', 'pixels (flag X Y Z):' at "
                    f"its start, found {head[:24]!r}"
                )
            rows, columns = int(header[1]), int(header[2])
            held = os.path.getsize(path) * (DEFLATE if packed else 1)
            if not 4 <= rows * columns <= MOST_POINTS or 8 * rows * columns > held:
                raise ScanError(
                    f"{path}: header promises {rows} x {columns} points, too many for the file's "
                    f"{os.path.getsize(path)} bytes or for any scanner; copy it again"
                )
            lines = (head[header.end() :] + file.read(4 * rows * columns * MOST_CHARACTERS)).split(b"\n")
        except (OSError, EOFError, zlib.error) as error:
            raise ScanError(f"{path}: cannot be unpacked ({error}); copy it again") from error
    lines = [line for line in lines if line.strip()]
    if len(lines) != 4:
        raise ScanError(f"{path}: expected 4 lines of numbers (flag, X, Y, Z), found {len(lines)}; copy it again")
    flag, *axes = (_numbers(line, name, rows * columns, path) for line, name in zip(lines, "fXYZ", strict=True))
    points = np.stack(axes, axis=-1)
    points[(flag != 1) | (np.abs(points) > 1e5).any(axis=1)] = np.nan  # -999999 means nothing measured
    return points.reshape(rows, columns, 3)


def _numbers(line: bytes, name: str, count: int, path: str | os.PathLike) -> np.ndarray:
    label = "flag" if name == "f" else name
    try:
        values = read_numbers(line, np.float64)
    except ValueError as error:
        raise ScanError(f"{path}: expected numbers in the line '{label}', found {error}; copy it again") from error
    if len(values) != count:
        raise ScanError(
            f"{path}: header promises {count} points, the line '{label}' holds {len(values)}; copy it again"
        )
    return values
