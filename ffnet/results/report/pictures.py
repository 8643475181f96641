"""Figures made small enough to be embedded in the page."""

import base64
import io
import os
from typing import NamedTuple

WIDEST, PIXELS = 1840, 6e6  # a picture larger than this is shrunk
QUALITY = 62


class Picture(NamedTuple):
    """uri: a data: address of a WebP picture; width, height: its pixels."""

    uri: str
    width: int
    height: int


def embed(path: str | os.PathLike) -> Picture:
    """The Picture of an image file, shrunk to at most WIDEST pixels of width and PIXELS in all. Equal files give equal
    bytes."""
    from PIL import Image

    with Image.open(path) as image:
        scale = min(1.0, WIDEST / image.width, (PIXELS / (image.width * image.height)) ** 0.5)
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        small = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    packed = io.BytesIO()
    small.save(packed, "WEBP", quality=QUALITY, method=4)
    return Picture(f"data:image/webp;base64,{base64.b64encode(packed.getvalue()).decode()}", *size)
