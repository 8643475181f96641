"""Depth images: each pixel's distance from the camera, in a 16-bit .png, a .tif or a .npy."""

import os
import pathlib
import re
import struct

import numpy as np

from ffnet.errors import ScanError
from ffnet.scans.formats.contents import MEBIBYTE, describe, read_contents
from ffnet.scans.formats.images import look_at_png

MOST_BYTES = 160 * MEBIBYTE
MOST_PIXELS = 1 << 24
PNG = b"\x89PNG\r\n\x1a\n"
NPY_HEADER = re.compile(
    rb"\{'descr': '([<>|][fui][1248])', 'fortran_order': (False|True), 'shape': \((\d{1,6}), (\d{1,6})\), \}\s*"
)
TIFF_TYPES = {3: "H", 4: "I"}


def read_depth_image(path: str | os.PathLike) -> np.ndarray:
    """distance (H, W) float64 in the file's units, NaN where it is 0 or not finite. Raises ScanError."""
    distance = _read_npy(path) if pathlib.Path(path).suffix.lower() == ".npy" else _read_picture(path)
    distance = distance.astype(np.float64)
    distance[~np.isfinite(distance) | (distance <= 0)] = np.nan
    if np.isnan(distance).all():
        raise ScanError(f"{path}: no pixel holds a distance; 0 means nothing measured")
    return distance


def grid_points(distance: np.ndarray, spacing: float) -> np.ndarray:
    """points (H, W, 3) of an orthographic depth image: x right, y up, z to the camera.

    distance: (H, W) from the camera, NaN where there is none. spacing: side of a pixel, in the same units.
    """
    rows, columns = distance.shape
    x = np.arange(columns) * spacing
    y = np.arange(rows)[::-1] * spacing
    return np.stack(np.broadcast_arrays(x[None, :], y[:, None], -distance), axis=-1)


def _read_npy(path: str | os.PathLike) -> np.ndarray:
    data = read_contents(path, MOST_BYTES, "a depth image")
    if len(data) < 10 or data[:6] != b"\x93NUMPY":
        raise ScanError(f"{path}: not a .npy file: it starts with {data[:6]!r}; save it by numpy.save")
    length = struct.unpack("<H", data[8:10])[0]
    header = NPY_HEADER.fullmatch(data[10 : 10 + length])
    if data[6] != 1 or not header:
        raise ScanError(f"{path}: not a .npy of numbers with two axes (rows, columns); save it by numpy.save")
    dtype, shape = np.dtype(header[1].decode()), (int(header[3]), int(header[4]))
    held = (len(data) - 10 - length) // dtype.itemsize
    if shape[0] * shape[1] != held:
        raise ScanError(f"{path}: header promises {shape[0]} x {shape[1]} values, the file holds {held}; copy it again")
    values = np.frombuffer(data, dtype, held, 10 + length)
    return values.reshape(shape, order="F" if header[2] == b"True" else "C")


def _read_picture(path: str | os.PathLike) -> np.ndarray:
    import cv2

    data = read_contents(path, MOST_BYTES, "a depth image")
    try:
        *size, whole = look_at_png(data) if data.startswith(PNG) else _look_at_tiff(data)
    except (struct.error, IndexError, KeyError) as error:
        raise ScanError(f"{path}: not a .png or .tif, or cut short ({describe(data)}): copy it again") from error
    if not 0 < size[0] * size[1] <= MOST_PIXELS:
        raise ScanError(
            f"{path}: header promises {size[0]} x {size[1]} pixels, expected 1 to {MOST_PIXELS} for a depth image of a "
            "face; copy it again"
        )
    if not whole:  # OpenCV would take the memory that a damaged part of the file promises
        raise ScanError(f"{path}: the picture of {size[0]} x {size[1]} pixels is cut short or damaged: copy it again")
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        image = None
    if image is None:
        raise ScanError(f"{path}: not a picture that can be read, or cut short: copy it again")
    if image.ndim != 2 or image.dtype == np.uint8:
        raise ScanError(
            f"{path}: expected one channel of 16 bits or of floating-point numbers, found {image.ndim} axes of "
            f"{image.dtype}; export the depth image without colours"
        )
    return image


def _look_at_tiff(data: bytes) -> tuple[int, int, bool]:
    """Width and height of a .tif, from the tags 256 and 257 of its first directory, and True.

    Raises struct.error or KeyError if they are not there.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}[data[:4]]
    (start,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, start)
    tags = {}
    for place in range(start + 2, min(start + 2 + 12 * count, len(data) - 11), 12):
        tag, kind = struct.unpack_from(order + "HH", data, place)
        if kind in TIFF_TYPES:
            tags[tag] = struct.unpack_from(order + TIFF_TYPES[kind], data, place + 8)[0]
    return tags[256], tags[257], True
