"""Texture images, decoded only after their header and their end were looked at."""

import os
import struct
import zlib

import numpy as np

from ffnet.errors import ScanError
from ffnet.scans.formats.contents import MEBIBYTE, describe, read_contents

MOST_BYTES = 128 * MEBIBYTE
MOST_PIXELS = 50_000_000
MOST_CHUNKS = 100_000  # of a PNG
START_OF_FRAME = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
UNCOMPRESSED = (0, 3)  # of a BMP


def read_image(path: str | os.PathLike) -> np.ndarray:
    """A PNG, JPEG or BMP file as (H, W, 3) uint8 RGB, row 0 of the file's pixels at the top (a turn noted in EXIF is
    not followed: texture coordinates count the stored pixels). Raises ScanError if it is missing, damaged or too large.
    """
    import cv2

    if not path:
        raise ScanError("the texture image is missing: none with the mesh's name lies beside it; put it there")
    data = read_contents(path, MOST_BYTES, "a texture image")
    look = next((look for signature, look in LOOKS.items() if data.startswith(signature)), None)
    if look is None:
        raise ScanError(f"{path}: a texture image in PNG, JPEG or BMP was expected, {describe(data)} came; convert it")
    try:
        width, height, whole = look(data)
    except (struct.error, IndexError) as error:
        raise ScanError(f"{path}: the image's header is cut short or damaged: copy it again") from error
    if width < 1 or height < 1 or width * height > MOST_PIXELS:
        raise ScanError(
            f"{path}: the header promises an image of {width} x {height} pixels; at least 1 x 1 and at most "
            f"{MOST_PIXELS // 10**6} million are read; copy it again or make it smaller"
        )
    if not whole:
        raise ScanError(f"{path}: the image of {width} x {height} pixels is cut short or damaged: copy it again")
    try:
        flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise ScanError(f"{path}: the image cannot be decoded ({error.err}); save it as PNG") from error
    if image is None or image.shape[:2] != (height, width):
        raise ScanError(f"{path}: the image cannot be decoded; copy it again or save it as PNG")
    return image


def look_at_png(data: bytes) -> tuple[int, int, bool]:
    """Width, height, and whether every chunk to the last one is there with its right check sum.

    data: bytes that begin as a PNG. Raises struct.error or IndexError if the header is cut short or damaged.
    """
    if data[12:16] != b"IHDR":
        raise IndexError
    width, height = struct.unpack_from(">II", data, 16)
    view, at = memoryview(data), 8
    for _ in range(MOST_CHUNKS):
        if at + 12 > len(data):
            break
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        if end + 4 > len(data) or zlib.crc32(view[at + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            break
        if kind == b"IEND":
            return width, height, True
        at = end + 4
    return width, height, False


def _look_at_jpeg(data: bytes) -> tuple[int, int, bool]:
    """Width, height, and whether an end-of-image mark follows the first scan."""
    at, width, height = 2, 0, 0
    while data[at] == 0xFF:
        kind = data[at + 1]
        if kind == 0xFF:  # a fill byte
            at += 1
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if kind in START_OF_FRAME:
            height, width = struct.unpack_from(">HH", data, at + 5)
        if kind == 0xDA:
            return width, height, data.find(b"\xff\xd9", at + 2 + length) > 0
        at += 2 + length
    return width, height, False


def _look_at_bmp(data: bytes) -> tuple[int, int, bool]:
    """Width, height, and whether the file is as long as its rows (where compressed: as its header says)."""
    size, offset, header = struct.unpack_from("<I4xII", data, 2)
    if header == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        compression = 0
    else:
        width, height, _, bits, compression = struct.unpack_from("<iiHHI", data, 18)
    rows = offset + (width * bits + 31) // 32 * 4 * abs(height)
    return width, abs(height), len(data) >= (rows if compression in UNCOMPRESSED else size)


LOOKS = {b"\x89PNG\r\n\x1a\n": look_at_png, b"\xff\xd8\xff": _look_at_jpeg, b"BM": _look_at_bmp}
