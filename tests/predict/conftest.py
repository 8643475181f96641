"""A predictor, and the maps of real scans."""

import numpy as np
import pytest

from ffnet.predict import load
from ffnet.predict.predictor import join_columns


@pytest.fixture(scope="session")
def predictor(final_model):
    return load(final_model)


@pytest.fixture(scope="session")
def columns(predictor, wrl):
    """The columns of a shard of one scan."""
    return predictor.prepare(predictor.turn(wrl))


@pytest.fixture(scope="session")
def many(columns):
    """The columns of 33 scans that differ: the one scan brightened, darkened and moved."""
    spoilt = []
    for number in range(33):
        one = dict(columns)
        for name in ("depth", "normals", "texture"):
            one[name] = np.roll(columns[name] * np.float32(0.5 + number / 33), number - 16, axis=2)
        spoilt.append(one)
    return join_columns(spoilt)
