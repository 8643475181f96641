"""Texture images, decoded by Pillow."""

import io
import os
import warnings

import numpy as np
from PIL import Image

from ffnet.errors import ScanError
from ffnet.scans.formats.contents import DAMAGE, MEBIBYTE, describe, read_contents, words_of

MOST_BYTES = 128 * MEBIBYTE
MOST_PIXELS = 8192 * 8192
FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "PPM", "WEBP")


def read_image(path: str | os.PathLike) -> np.ndarray:
    """A texture file as (H, W, 3) uint8 RGB, the first row of its pixels at the top.

    A rotation noted in EXIF is not applied: texture coordinates count the stored pixels. Raises ScanError if the file
    is missing, damaged or too large.
    """
    if not path:
        raise ScanError("the texture image is missing: none with the mesh's name lies beside it; put it there")
    return decode_texture(path, read_contents(path, MOST_BYTES, "a texture image"))


def decode_texture(path: str | os.PathLike, data: bytes) -> np.ndarray:
    """The texture (H, W, 3) uint8 RGB in the bytes of an image file. path: for messages. Raises ScanError."""
    image = decode_image(path, data, FORMATS, MOST_PIXELS)
    if image.mode.startswith("I;16"):
        return np.repeat((np.asarray(image)[..., None] >> 8).astype(np.uint8), 3, axis=2)
    if image.mode in ("I", "F"):
        raise ScanError(f"{path}: expected a texture of 8 or 16 bits a channel, found 32; save it as PNG")
    if "transparency" in image.info:
        image = image.convert("RGBA")
    return np.asarray(image.convert("RGB"))


def decode_image(path: str | os.PathLike, data: bytes, formats: tuple[str, ...], most: int) -> Image.Image:
    """The image of 1 to most pixels in the bytes of a file. formats: as Pillow names them.

    Raises ScanError if it is of another format, damaged, cut short or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # most is the limit here
            image = Image.open(io.BytesIO(data), formats=formats)
    except Image.DecompressionBombError as error:
        raise ScanError(
            f"{path}: the image is too large ({words_of(error)}); copy it again or make it smaller"
        ) from error
    except DAMAGE as error:
        found = describe(data)
        found += " that is cut short, damaged or unusual" if found.endswith("image") else ""
        raise ScanError(
            f"{path}: expected an image ({', '.join(formats)}), found {found}; convert it to PNG"
        ) from error
    size = f"{image.width} x {image.height} pixels"
    if image.width * image.height > most:
        raise ScanError(f"{path}: the image has {size}, expected at most {most // 10**6} million; make it smaller")
    try:
        Image.open(io.BytesIO(data), formats=formats).verify()  # the check sums of a PNG, which load passes over
        image.load()
    except DAMAGE as error:
        raise ScanError(
            f"{path}: the image of {size} is cut short or damaged ({words_of(error)}); copy it again"
        ) from error
    return image
