"""A generated scan of each layout, and settings to go with it."""

import dataclasses
import os

import pytest
import yaml

from ffnet.config import read_config
from ffnet.provenance import ROOT

SHOWN = {"bu3dfe": ("anger",), "bosphorus": ("happiness",)}


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
