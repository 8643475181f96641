"""A generated scan of each layout, and settings to go with it."""

import csv
import dataclasses
import json
import os

import numpy as np
import pytest
import yaml

from ffnet.__main__ import main
from ffnet.config import read_config
from ffnet.provenance import ROOT

SHOWN = {"bu3dfe": ("anger",), "bosphorus": ("happiness",)}


def write(path, text):
    """Writes a file and the folders above it."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


@pytest.fixture(scope="session")
def settings_mapping():
    """config.yaml of the project as a fresh mapping each time."""
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    return lambda: yaml.safe_load(text)


@pytest.fixture(scope="session")
def faces(tmp_path_factory, settings_mapping):
    """A folder with one scan in the layout of each collection, and the truth about them."""
    from ffnet.demo import plan
    from ffnet.demo.collection import make_bosphorus_subject, make_bu3dfe_subject
    from ffnet.demo.makehuman import read_head
    from ffnet.demo.model import build_model

    folder = tmp_path_factory.mktemp("faces")
    demo = dataclasses.replace(
        read_config(settings_mapping()).demo, folder=os.fspath(folder), subjects=1, intensities=(4,), takes=1
    )
    model, every = build_model(read_head()), plan.list_scans
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            plan, "list_scans", lambda *told: [s for s in every(*told) if s.expression in SHOWN[told[1].layout]]
        )
        make_bu3dfe_subject(model, demo, "F0001")
        make_bosphorus_subject(model, demo, "bs000")
    return folder


@pytest.fixture
def settings_file(tmp_path, settings_mapping):
    """A function: writes the settings after change(mapping) and returns the file's path."""

    def write(change=lambda mapping: None):
        mapping = settings_mapping()
        change(mapping)
        path = tmp_path / "settings.yaml"
        path.write_text(yaml.safe_dump(mapping, sort_keys=False), encoding="utf-8")
        return os.fspath(path)

    return write


@pytest.fixture(scope="session")
def config(settings_mapping):
    return read_config(settings_mapping())


@pytest.fixture(scope="session")
def wrl(faces):
    """The one scan in BU-3DFE's layout: anger at level 4."""
    (path,) = (faces / "bu3dfe" / "F0001").glob("F0001_AN04*_F3D.wrl")
    return path


@pytest.fixture(scope="session")
def bnt(faces):
    """The one scan in Bosphorus' layout."""
    return faces / "bosphorus" / "bs000" / "bs000_E_HAPPY_0.bnt"


@pytest.fixture(scope="session")
def true_nose(faces):
    """A function: the generator's own nose tip (3,) of a scan file, in the file's coordinates."""

    def look_up(path):
        subject, layout = path.parent.name, path.parent.parent.name
        with open(faces / "truth" / layout / f"{subject}.csv", newline="") as file:
            row = next(row for row in csv.DictReader(file) if row["scan"] == path.stem.removesuffix("_F3D"))
        return np.array([float(row[f"nose_{axis}"]) for axis in "xyz"])

    return look_up


@pytest.fixture
def inspect(capsys, settings_file):
    """A function: runs the command with --json; its exit code and the objects printed."""

    def run(*arguments, change=lambda mapping: None):
        code = main(["inspect", "--json", "--config", settings_file(change), *map(str, arguments)])
        return code, json.loads(capsys.readouterr().out)

    return run
