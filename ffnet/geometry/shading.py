"""A lit surface, from its normals."""

import numpy as np

LIGHT = np.array([0.1, 0.3, 1.0]) / np.linalg.norm([0.1, 0.3, 1.0])


def shade(normals: np.ndarray) -> np.ndarray:
    """Brightness (H, W) of a surface by Lambert's law with some ambient light; 0 where normals (H, W, 3) are NaN."""
    return np.nan_to_num(0.35 + 0.65 * np.clip(normals @ LIGHT, 0, 1))


def shaded_grey(normals: np.ndarray) -> np.ndarray:
    """A picture (H, W, 3) uint8 of a surface from its normals (H, W, 3) alone, black where they are NaN."""
    return np.repeat(np.clip(200 * shade(normals)[..., None], 0, 255), 3, axis=2).astype(np.uint8)
