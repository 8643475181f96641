import dataclasses

import pytest

from ffnet.errors import InputError
from ffnet.networks.settings import ExperimentSettings, check_experiments
from ffnet.settings import read_settings

FFNET_M = ExperimentSettings("f3dnet", "f3dnet", "vgg16_bn", masks=True, repeats=1)


def test_streams_are_the_modalities_in_use_in_a_fixed_order():
    assert list(FFNET_M.streams.items()) == [("depth", "f3dnet"), ("normals", "f3dnet"), ("texture", "vgg16_bn")]
    assert dataclasses.replace(FFNET_M, normals="none").streams == {"depth": "f3dnet", "texture": "vgg16_bn"}


def test_only_ridge_is_ridge():
    assert not FFNET_M.is_ridge
    assert ExperimentSettings("ridge", "none", "ridge", masks=False, repeats=1).is_ridge


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("a/b", {}, "experiments.a/b: the name becomes a folder"),
        ("x", {"depth": "none", "normals": "none", "texture": "none"}, "experiments.x: .* at least one must be in use"),
        ("x", {"depth": "ridge"}, "experiments.x: 'ridge' cannot be fused"),
        ("x", {"depth": "ridge", "normals": "ridge", "texture": "ridge"}, "experiments.x: 'ridge' knows no masks"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_by_name(name, change, message):
    check_experiments({"FFNet-M": FFNET_M}, "config.yaml: experiments")
    with pytest.raises(InputError, match=message):
        check_experiments({name: dataclasses.replace(FFNET_M, **change)}, "config.yaml: experiments")


def test_a_misspelt_backbone_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'f3dnet'"):
        read_settings(ExperimentSettings, dataclasses.asdict(FFNET_M) | {"depth": "f3d-net"}, "experiments.x")
