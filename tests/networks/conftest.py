"""The paper's settings, and inputs of the right sizes."""

import pytest
import torch

from ffnet.networks.settings import NetworkSettings


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


@pytest.fixture
def inputs():
    """Two scans' inputs, masks with the values of the real ones."""
    torch.manual_seed(0)
    return {
        "depth": torch.rand(2, 1, 112, 112),
        "normals": torch.rand(2, 3, 112, 112) * 2 - 1,
        "texture": torch.rand(2, 3, 112, 112) * 2 - 1,
        "mask1": torch.rand(2, 1, 56, 56).round(decimals=1),
        "mask2": torch.rand(2, 1, 28, 28).round(decimals=1),
    }
