"""The mean face that poses and landmarks are compared with."""

import functools
import pathlib

import numpy as np

MEAN_FACE = pathlib.Path(__file__).with_name("mean_face.csv")


@functools.cache
def mean_face() -> tuple[np.ndarray, np.ndarray]:
    """dlib's 68 landmarks on a mean face in the frontal frame, mm, origin at the nose tip: (68, 3); and how far
    faces differ from it (68, 3), standard deviation along each axis, mm."""
    table = np.loadtxt(MEAN_FACE, delimiter=",", skiprows=1)
    return table[:, 1:4], table[:, 4:7]
