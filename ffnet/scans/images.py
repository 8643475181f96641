"""Texture images."""

import pathlib

import numpy as np

from ffnet.errors import ScanError


def read_image(path):
    """An image file as (H, W, 3) uint8 RGB, row 0 at the top. Raises ScanError if it is missing or damaged."""
    import cv2

    if not path:
        raise ScanError("the texture image is missing: none with the mesh's name lies beside it")
    path = pathlib.Path(path)
    if not path.is_file():
        raise ScanError(f"{path}: the texture image is missing")
    image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR) if path.stat().st_size else None
    if image is None:
        raise ScanError(f"{path}: not an image that can be read, or cut short: copy it again")
    return np.ascontiguousarray(image[..., ::-1])
