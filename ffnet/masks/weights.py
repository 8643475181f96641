"""The masks of section 2.2: weights in squares around landmarks."""

import numpy as np


def landmark_mask(landmarks: np.ndarray, size: int, radius: int, fall: float) -> np.ndarray:
    """Weights of the salient regions, equations (1) and (2).

    landmarks: (L, 2) x, y in pixels, rounded to the nearest. size: side of the mask in pixels. radius: the largest
    Chebyshev distance that has weight: 2 for mask-1's 5x5 squares, 1 for mask-2's 3x3. fall: loss of weight per pixel
    of Manhattan distance, 0.1 in the paper.
    Returns (size, size) float32, the largest weight over the landmarks. Squares are cut off at the border.
    """
    steps = np.abs(np.arange(-radius, radius + 1))
    square = (1 - fall * (steps[:, None] + steps[None, :])).astype(np.float32)
    border = 2 * radius  # so that every square that touches the mask fits whole
    padded = np.zeros((size + 2 * border, size + 2 * border), np.float32)
    for x, y in np.floor(np.asarray(landmarks) + 0.5).astype(int):
        if -radius <= x < size + radius and -radius <= y < size + radius:
            window = padded[y + radius : y + 3 * radius + 1, x + radius : x + 3 * radius + 1]
            np.maximum(window, square, out=window)
    return padded[border : border + size, border : border + size].copy()


def halve(landmarks: np.ndarray) -> np.ndarray:
    """Landmarks of mask-2 from those of mask-1: the pixel of half the size that holds each landmark's pixel."""
    return np.floor(np.floor(np.asarray(landmarks) + 0.5) / 2)
