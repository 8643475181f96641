"""Machines are shared: no test fails for being slow. And for those that want them: the paper's network, the project's
settings, and a generated scan of each layout."""

import dataclasses
import os

import pytest
import yaml
from hypothesis import settings

from ffnet.config import read_config
from ffnet.networks.settings import NetworkSettings
from ffnet.provenance import ROOT

SHOWN = {"bu3dfe": ("anger",), "bosphorus": ("happiness",)}

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture
def paper():
    """The paper's network with the choices of DESIGN.md; dataclasses.replace changes them."""
    return NetworkSettings(
        width=1.0,
        f3dnet_channels=(64, 64, 128, 128, 256, 512),
        f3dnet_plan="stride",
        skip="before_relu",
        unmasked="none",
        fully_connected=(256, 128),
        dropout=0.0,
        pretrained="none",
    )


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
