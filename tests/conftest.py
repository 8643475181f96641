"""Machines are shared: no test fails for being slow. And the paper's network, for those that build one."""

import pytest
from hypothesis import settings

from ffnet.networks.settings import NetworkSettings

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
