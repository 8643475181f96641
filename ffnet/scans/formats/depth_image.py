"""Depth images: each pixel's distance from the camera, in a 16-bit .png, a .tif or a .npy."""

import io
import os
import pathlib
import struct

import numpy as np

from ffnet.errors import ScanError
from ffnet.scans.formats.contents import DAMAGE, MEBIBYTE, describe, read_contents, words_of
from ffnet.scans.formats.images import decode_image

MOST_BYTES = 160 * MEBIBYTE
MOST_PIXELS = 1 << 24
PNG = b"\x89PNG"
TIFF_TYPES = {3: "H", 4: "I"}


def read_depth_image(path: str | os.PathLike) -> np.ndarray:
    """distance (H, W) float64 in the file's units, NaN where it is 0, not finite or the greatest of 16 bits.

    Raises ScanError.
    """
    distance = _read_npy(path) if pathlib.Path(path).suffix.lower() == ".npy" else _read_picture(path)
    if distance.dtype == np.uint16:
        distance = np.where(distance == np.iinfo(np.uint16).max, 0, distance)  # some sensors' sign for nothing measured
    distance = distance.astype(np.float64)
    distance[~np.isfinite(distance) | (distance <= 0)] = np.nan
    if np.isnan(distance).all():
        raise ScanError(f"{path}: no pixel holds a distance; 0 means nothing measured, as does 65535 in 16 bits")
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
    try:
        values = np.load(io.BytesIO(data), allow_pickle=False)
    except DAMAGE as error:
        raise ScanError(
            f"{path}: not a .npy file of numbers, or cut short ({words_of(error)}): save it by numpy.save"
        ) from error
    if not isinstance(values, np.ndarray) or values.ndim != 2 or values.dtype.kind not in "fui":
        raise ScanError(f"{path}: expected numbers with two axes (rows, columns) in the .npy file; save it again")
    return values


def _read_picture(path: str | os.PathLike) -> np.ndarray:
    data = read_contents(path, MOST_BYTES, "a depth image")
    image = (
        np.asarray(decode_image(path, data, ("PNG",), MOST_PIXELS)) if data.startswith(PNG) else _read_tiff(path, data)
    )
    if image.ndim != 2 or image.dtype == np.uint8:
        raise ScanError(
            f"{path}: expected one channel of 16 bits or of floating-point numbers, found {image.ndim} axes of "
            f"{image.dtype}; export the depth image without colours"
        )
    return image


def _read_tiff(path: str | os.PathLike, data: bytes) -> np.ndarray:
    import cv2

    try:
        width, height = _tiff_size(data)
    except (struct.error, KeyError) as error:
        raise ScanError(f"{path}: not a .png or .tif, or cut short ({describe(data)}): copy it again") from error
    if not 0 < width * height <= MOST_PIXELS:  # OpenCV would take the memory that a damaged header promises
        raise ScanError(
            f"{path}: header promises {width} x {height} pixels, expected 1 to {MOST_PIXELS} for a depth image of a "
            "face; copy it again"
        )
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        image = None
    if image is None:
        raise ScanError(f"{path}: the picture cannot be read, or is cut short: copy it again")
    return image


def _tiff_size(data: bytes) -> tuple[int, int]:
    """Width and height of a .tif, from the tags 256 and 257 of its first directory.

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
    return tags[256], tags[257]
