"""A face that is known to the last digit: the mean face on a surface with its relief."""

from typing import NamedTuple

import numpy as np
import pytest
import yaml
from scipy.interpolate import RBFInterpolator

from ffnet.landmarks.mean_face import mean_face
from ffnet.masks.salient_landmarks import SALIENT
from ffnet.masks.settings import MaskSettings
from ffnet.settings import read_settings

SIZE, MAP_SIZE, EXTENT = 56, 112, 150.0  # pixels of the small texture and of the maps; mm


class Face(NamedTuple):
    """landmarks (51, 2) in pixels of a SIZE picture; depth (MAP_SIZE, MAP_SIZE) mm with the mean face's relief, NaN off
    an ellipse; spacing: mm per pixel of depth."""

    landmarks: np.ndarray
    depth: np.ndarray
    spacing: float


@pytest.fixture(scope="session")
def face():
    points = mean_face()[0][SALIENT]
    middle = np.array([0.0, 8.0])  # mm, of the square, as the crop puts it
    landmarks = (points[:, :2] - middle) * [1, -1] * SIZE / EXTENT + SIZE / 2 - 0.5
    steps = ((np.arange(MAP_SIZE) + 0.5) / MAP_SIZE - 0.5) * EXTENT
    x, y = np.meshgrid(middle[0] + steps, middle[1] - steps)
    relief = RBFInterpolator(points[:, :2], points[:, 2], kernel="linear")
    depth = relief(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(x.shape)
    off = (x / 68) ** 2 + ((y - middle[1]) / 74) ** 2 > 1
    return Face(landmarks, np.where(off, np.nan, depth), EXTENT / MAP_SIZE)


@pytest.fixture(scope="session")
def settings(request):
    """MaskSettings as config.yaml has them."""
    section = yaml.safe_load((request.config.rootpath / "config.yaml").read_text(encoding="utf-8"))["masks"]
    return read_settings(MaskSettings, section, "config.yaml: masks")
