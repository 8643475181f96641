"""Machines are shared: no test fails for being slow. And for those that want them: the paper's network, the project's
settings, and a generated scan of each layout."""

import dataclasses
import os

import pytest
import yaml
from hypothesis import settings

from ffnet.config import read_config
from ffnet.networks.settings import NetworkSettings
from ffnet.workflow.provenance import ROOT

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
    from ffnet.demo import roster
    from ffnet.demo.makehuman import read_head
    from ffnet.demo.model import build_model
    from ffnet.demo.write_subject import make_bosphorus_subject, make_bu3dfe_subject

    folder = tmp_path_factory.mktemp("faces")
    demo = dataclasses.replace(
        read_config(settings_mapping()).demo, folder=os.fspath(folder), subjects=1, intensities=(4,), takes=1
    )
    model, every = build_model(read_head()), roster.list_scans
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            roster, "list_scans", lambda *given: [s for s in every(*given) if s.expression in SHOWN[given[1].layout]]
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


@pytest.fixture(scope="session")
def write_final_model(tmp_path_factory, settings_mapping):
    """A function: the path of a small final model of an experiment of config.yaml with random weights, which sees
    differences between scans. changes: of its header's top level."""
    import torch

    from ffnet.networks.fusion import build_network
    from ffnet.networks.model_file import write_model
    from ffnet.origin import SYNTHETIC
    from ffnet.training.final import model_header
    from ffnet.workflow.planning import experiment_recipe, model_source

    mapping = settings_mapping()
    mapping["networks"]["width"] = 0.05
    config, folder = read_config(mapping), tmp_path_factory.mktemp("models")

    def write(experiment="FFNet-M", **changes):
        recipe, source = experiment_recipe(config, "demo-bu3dfe", experiment), model_source(config, "demo-bu3dfe")
        header = model_header(experiment, recipe, source, SYNTHETIC) | {
            "trained_on": {"subjects": 12},
            "licence": "Nobody's.",
        }
        header |= changes
        torch.manual_seed(7)
        network = build_network(recipe.experiment, recipe.networks, len(header["classes"])).train()
        with torch.no_grad():
            for _ in range(20):  # the running statistics become those of such inputs
                network(random_maps(8))
            network.classifier.weight *= 30
        path = folder / f"{experiment}-{len(list(folder.iterdir()))}.safetensors"
        write_model(path, network, header)
        return path

    return write


def random_maps(count):
    """Inputs of a FusionNet for `count` scans."""
    import torch

    maps = {"depth": (1, 112), "normals": (3, 112), "texture": (3, 112), "mask1": (1, 56), "mask2": (1, 28)}
    return {name: torch.rand(count, channels, side, side) for name, (channels, side) in maps.items()}


@pytest.fixture(scope="session")
def final_model(write_final_model):
    """The path of a small FFNet-M with random weights."""
    return write_final_model()
