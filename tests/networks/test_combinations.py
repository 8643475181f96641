"""Rows whose pieces do not fit each other are refused by name."""

import dataclasses

import pytest

from ffnet.errors import InputError
from ffnet.networks.combinations import check_experiments
from ffnet.networks.settings import ExperimentSettings, LossSettings

FFNET_M = ExperimentSettings("f3dnet", "f3dnet", "vgg16_bn", masks="own", repeats=1)
ALIKE = {"depth": "f3dnet", "normals": "f3dnet", "texture": "f3dnet"}
RESNETS = {"depth": "resnet18", "normals": "resnet18", "texture": "resnet18"}
RIDGES = {"depth": "ridge", "normals": "ridge", "texture": "ridge", "masks": "none"}
SCATTERED = {"depth": "none", "normals": "scattering", "texture": "none", "masks": "none"}
ONE = {"depth": "f3dnet", "normals": "none", "texture": "none"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (RIDGES | {"fusion": "early"}, "'ridge' is not a network; leave out fusion"),
        (RIDGES | {"loss": LossSettings(focal=1.0)}, "'ridge' is not a network; leave out focal"),
        (SCATTERED | {"depth": "f3dnet"}, "'scattering' cannot be fused with a network or another classifier"),
        (SCATTERED | {"depth": "ridge"}, "'ridge' cannot be fused with a network or another classifier"),
        (SCATTERED | {"masks": "own"}, "masks is 'own', but the scattering transform has none; use masks: none"),
        (SCATTERED | {"networks": {"width": 1.0}}, "'scattering' is not a network; leave out 'networks'"),
        (
            SCATTERED | {"curvature": "shape_index", "fusion": "early"},
            "'scattering' is not a network; leave out fusion",
        ),
        (SCATTERED | {"normals": "none", "depth": "scattering", "curvature": "shape_index"}, "but normals is 'none'"),
        (RIDGES | {"curvature": "shape_index"}, "'ridge' is not a network; leave out curvature"),
        ({"normals": "none", "curvature": "shape_index"}, "curvature is 'shape_index', .*, but normals is 'none'"),
        ({"normals": "none", "fusion": "geometry"}, "fusion 'geometry' stacks .*; all three must be in use"),
        (
            {"depth": "vgg16_bn", "normals": "vgg16_bn", "fusion": "geometry"},
            "stacks maps .*; make it f3dnet or resnet18",
        ),
        ({"depth": "resnet18", "fusion": "geometry"}, "fusion 'geometry' stacks maps for one backbone"),
        ({"fusion": "early"}, "fusion 'early' stacks maps for one backbone; make it f3dnet or resnet18 for all"),
        (ONE | {"fusion": "early"}, "fusion 'early' joins several maps; use more than one, or fusion: concat"),
        (ONE | {"fusion": "adaptive"}, "fusion 'adaptive' joins several maps"),
        (ONE | {"masks": "none", "fusion": "deep"}, "fusion 'deep' joins several maps"),
        ({"masks": "none", "fusion": "deep"}, "fusion 'deep' has one f3dnet for all maps"),
        (ALIKE | {"fusion": "deep"}, "fusion 'deep' has no masks, but masks is 'own'; use masks: none"),
        (ALIKE | {"masks": "none", "fusion": "deep", "attention": "learned"}, "fusion 'deep' has no attention"),
        (RESNETS | {"fusion": "adaptive"}, "fusion 'adaptive' takes f3dnet and vgg16_bn"),
        ({"attention": "layer"}, "attention 'layer' is AMDFN's: use resnet18"),
        (RESNETS | {"fusion": "early", "attention": "layer"}, "attention 'layer' .* and masks: none"),
        ({"masks": "none", "attention": "mask_modulation"}, "works with masks, but masks is 'none'; use masks: own"),
        ({"masks": "identity", "attention": "mask_modulation"}, "works with masks, but masks is 'identity'"),
        (RESNETS | {"attention": "cross"}, "attention 'cross' is between streams of f3dnet or vgg16_bn"),
        (ONE | {"attention": "cross"}, "attention 'cross' is between streams"),
        ({"fusion": "adaptive", "attention": "cross"}, "attention 'cross' is .* and fusion: concat"),
        (ONE | {"learning": "apart"}, "learning 'apart' is for streams with own heads"),
        ({"fusion": "adaptive", "learning": "apart"}, "learning 'apart' is for streams with own heads"),
        (ONE | {"loss": LossSettings(orthogonal=0.1)}, "loss.orthogonal is between streams with own heads"),
        ({"loss": LossSettings(form="gram")}, "loss.form is the form of loss.orthogonal, which is 0"),
        ({"loss": LossSettings(sigma=0.3)}, "loss.sigma is the width of loss.dimensional, which is 0"),
        ({"loss": LossSettings(focal=2.0, smoothing=0.1)}, "loss.focal and loss.smoothing both change"),
    ],
)
def test_a_row_whose_pieces_do_not_fit_is_refused_by_name(change, message):
    with pytest.raises(InputError, match=f"experiments.x: .*{message}"):
        check_experiments({"x": dataclasses.replace(FFNET_M, **change)}, "config.yaml: experiments")


def test_geometry_with_orthogonal_features_has_two_heads():
    row = dataclasses.replace(
        FFNET_M, fusion="geometry", learning="apart", loss=LossSettings(orthogonal=0.1, form="gram")
    )
    check_experiments({"x": row}, "experiments")


def test_a_map_of_curvature_alone_can_be_fused_early_with_its_normals():
    row = dataclasses.replace(
        FFNET_M, depth="none", texture="none", masks="none", curvature="curvedness", fusion="early"
    )
    check_experiments({"x": row}, "experiments")
    assert row.streams == {"normals": "f3dnet", "curvature": "f3dnet"} and row.maps == ("normals",)
