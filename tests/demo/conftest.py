"""A small collection, made once for all tests of the demo."""

import csv
import dataclasses
import os

import numpy as np
import pytest

from ffnet.demo.makehuman import read_head
from ffnet.demo.model import build_model
from ffnet.demo.settings import DemoSettings
from ffnet.demo.write_subject import make_bosphorus_subject, make_bu3dfe_subject

SETTINGS = DemoSettings(
    folder="",
    subjects=2,
    seed=5,
    intensities=(4,),
    takes=1,
    face_variation=1.0,
    expression_strength=0.95,
    expression_variation=0.35,
    variety=0.0,
    pose_deviation=(3.0, 4.0, 2.0),
    light_variation=0.5,
    noise=0.1,
    spikes=0.001,
    holes=4,
)


@pytest.fixture(scope="session")
def settings():
    return SETTINGS


@pytest.fixture(scope="session")
def model():
    return build_model(read_head())


@pytest.fixture(scope="session")
def collection(model, tmp_path_factory):
    """Settings whose folder holds two subjects of BU-3DFE's layout and one of Bosphorus'."""
    made = dataclasses.replace(SETTINGS, folder=os.fspath(tmp_path_factory.mktemp("demo")))
    make_bu3dfe_subject(model, made, "F0001")
    make_bu3dfe_subject(model, made, "M0001")
    make_bosphorus_subject(model, made, "bs000")
    return made


@pytest.fixture(scope="session")
def truth():
    """A function that reads a truth file into {scan: (row, landmarks (68, 3))}."""

    def read(path):
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
        points = [[[float(row[f"{axis}{k}"]) for axis in "xyz"] for k in range(68)] for row in rows]
        return {row["scan"]: (row, np.array(landmarks)) for row, landmarks in zip(rows, points, strict=True)}

    return read
