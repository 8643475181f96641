import dataclasses

import pytest
import torch

from ffnet.errors import InputError
from ffnet.networks.combinations import check_experiments
from ffnet.networks.fusion import build_network
from ffnet.networks.settings import (
    IMAGENET_FILE,
    MODALITIES,
    ExperimentSettings,
    check_networks,
    networks_of,
)
from ffnet.settings import read_settings

FFNET_M = ExperimentSettings("f3dnet", "f3dnet", "vgg16_bn", masks="own", repeats=1)
RIDGE = {"depth": "ridge", "normals": "ridge", "texture": "ridge"}


def test_streams_are_the_modalities_in_use_in_a_fixed_order():
    assert list(FFNET_M.streams.items()) == [("depth", "f3dnet"), ("normals", "f3dnet"), ("texture", "vgg16_bn")]
    assert dataclasses.replace(FFNET_M, normals="none").streams == {"depth": "f3dnet", "texture": "vgg16_bn"}


def test_only_ridge_is_ridge():
    assert not FFNET_M.is_ridge
    assert ExperimentSettings("ridge", "none", "ridge", masks="none", repeats=1).is_ridge
    on_masks = ExperimentSettings("none", "none", "none", masks="ridge", repeats=1)
    assert on_masks.is_ridge and not on_masks.reads_masks
    check_experiments({"ridge-mask": on_masks}, "config.yaml: experiments")


@pytest.mark.parametrize(
    ("masks", "has_skips", "reads_masks"),
    [
        ("none", False, False),
        ("identity", True, False),
        ("own", True, True),
        ("mean", True, True),
        ("other", True, True),
    ],
)
def test_masks_say_whether_there_are_skips_and_what_weights_them(masks, has_skips, reads_masks):
    row = dataclasses.replace(FFNET_M, masks=masks)
    assert (row.has_skips, row.reads_masks) == (has_skips, reads_masks)
    check_experiments({"x": row}, "config.yaml: experiments")


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("a/b", {}, "experiments.a/b: the name becomes a folder"),
        ("x", {"depth": "none", "normals": "none", "texture": "none"}, "experiments.x: .* at least one must be in use"),
        ("x", {"depth": "ridge"}, "experiments.x: 'ridge' cannot be fused"),
        ("x", RIDGE, "experiments.x: masks is 'own'; the linear floor takes 'none', or 'ridge'"),
        ("x", {"masks": "ridge"}, "experiments.x: masks is 'ridge'; .* and a network 'none', 'own', 'mean'"),
        (
            "x",
            RIDGE | {"masks": "none", "networks": {"width": 1.0}},
            "x: 'ridge' is not a network; leave out",
        ),
        (
            "x",
            {"texture": "f3dnet", "networks": {"pretrained": "imagenet"}},
            "experiments.x: only vgg16_bn has pretrained weights; leave out networks.pretrained",
        ),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_by_name(name, change, message):
    check_experiments({"FFNet-M": FFNET_M}, "config.yaml: experiments")
    with pytest.raises(InputError, match=message):
        check_experiments({name: dataclasses.replace(FFNET_M, **change)}, "config.yaml: experiments")


def test_a_misspelt_backbone_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'f3dnet'"):
        read_settings(ExperimentSettings, dataclasses.asdict(FFNET_M) | {"depth": "f3d-net"}, "experiments.x")


def test_a_row_without_networks_of_its_own_takes_the_section(paper):
    row = dict.fromkeys(MODALITIES, "f3dnet") | {"masks": "own", "repeats": 0}
    assert read_settings(ExperimentSettings, row, "x").networks == {}
    assert networks_of(FFNET_M, paper) == paper


def test_a_rows_own_networks_change_that_row_alone(paper):
    own = dataclasses.replace(FFNET_M, networks={"width": 0.5, "dropout": 0.3, "f3dnet_channels": [8, 8, 16, 16, 4, 5]})
    changed = dataclasses.replace(paper, width=0.5, dropout=0.3, f3dnet_channels=(8, 8, 16, 16, 4, 5))
    assert networks_of(own, paper) == changed
    torch.manual_seed(0)
    network = build_network(own, networks_of(own, paper), 6)
    assert network.backbones["depth"].out_channels == 2 and network.backbones["texture"].out_channels == 256
    assert network.heads["depth"][2].p == 0.3 and network.classifier.in_features == 3 * 64


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"widht": 0.5}, "experiments.x.networks: unknown key 'widht'; did you mean 'width'"),
        ({"width": "half"}, "experiments.x.networks.width: expected a number, found 'half'"),
        ({"dropout": 2.0}, "experiments.x.networks.dropout: expected at most 0.99, found 2.0"),
        ({"skip": "before"}, "experiments.x.networks.skip: 'before' is not one of .*; did you mean 'before_relu'"),
        ({"f3dnet_channels": [8, 8]}, "experiments.x.networks.f3dnet_channels: expected 6 values"),
    ],
)
def test_what_is_wrong_in_a_rows_own_networks_is_named(paper, change, message):
    with pytest.raises(InputError, match=message):
        check_networks({"x": dataclasses.replace(FFNET_M, networks=change)}, paper, "plain", "config.yaml: experiments")


def checked(experiment, networks, texture="imagenet"):
    check_networks({"x": experiment}, networks, texture, "config.yaml: experiments")


def test_pretrained_weights_are_refused_where_they_cannot_serve_and_the_key_is_named(paper, tmp_path):
    imagenet = dataclasses.replace(paper, pretrained="imagenet")
    checked(FFNET_M, imagenet)
    narrow = dataclasses.replace(imagenet, width=0.25)
    with pytest.raises(InputError, match="experiments.x: .* networks.width is 0.25.* set networks.width: 1.0"):
        checked(FFNET_M, narrow)
    with pytest.raises(InputError, match="experiments.x: .*shards.texture is 'plain'.* set shards.texture: imagenet"):
        checked(FFNET_M, imagenet, "plain")
    checked(dataclasses.replace(FFNET_M, texture="f3dnet"), narrow, "plain")  # nothing in it is pretrained
    checked(dataclasses.replace(FFNET_M, networks={"pretrained": "none"}), narrow, "plain")
    on_depth = dataclasses.replace(FFNET_M, depth="vgg16_bn", texture="none", networks={"width": 1.0})
    checked(on_depth, narrow, "plain")  # no texture in it


def test_a_weight_file_must_be_there_and_of_a_known_kind(paper, tmp_path):
    with pytest.raises(
        InputError,
        match="networks.pretrained: expected none, imagenet or a .pth or .*, found 'imagenett'",
    ):
        checked(FFNET_M, dataclasses.replace(paper, pretrained="imagenett"))
    path = tmp_path / "mine.safetensors"
    mine = dataclasses.replace(paper, pretrained=str(path))
    with pytest.raises(InputError, match="networks.pretrained: there is no file '.*mine.safetensors'"):
        checked(FFNET_M, mine)
    path.touch()
    checked(FFNET_M, mine, "plain")


def test_only_rows_with_a_vgg_stream_depend_on_pretrained_weights(paper):
    imagenet = dataclasses.replace(paper, pretrained="imagenet")
    assert networks_of(FFNET_M, imagenet).pretrained_file == IMAGENET_FILE
    assert networks_of(FFNET_M, paper).pretrained_file is None
    assert networks_of(FFNET_M, dataclasses.replace(paper, pretrained="a.pth")).pretrained_file == "a.pth"
    without = dataclasses.replace(FFNET_M, texture="f3dnet")
    assert networks_of(without, imagenet) == networks_of(without, paper)
