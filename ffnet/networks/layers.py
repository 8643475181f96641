"""Networks as data: a list of convolutions and pools becomes a stack that knows where the masks come in."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from ffnet.errors import InputError
from ffnet.networks.settings import Skip

SITES = ("mask1", "mask2")  # the two places in a backbone where masks come in, at 56x56 and 28x28
LAST_SITE = SITES[-1]
QUARTER = "quarter"  # behind the pool that follows them, 14x14

Masks = Mapping[str, torch.Tensor | None]
"""mask1 (n, 1, 56, 56) and mask2 (n, 1, 28, 28); None: a skip of weight 1."""

Attention = Mapping[str, nn.Module] | nn.ModuleDict
"""What changes the maps at a site: (maps, mask) to maps of the same shape."""
NO_ATTENTION: dict[str, nn.Module] = {}


class Convolution(NamedTuple):
    """Convolution, batch normalisation and ReLU, padded by half the kernel.

    mask: "mask1" or "mask2" where a skip weighted by that mask goes around the convolution, else None. site: the same
    name where the skip is left out, but something else may come in; see Stack.
    """

    channels: int
    kernel: int
    stride: int = 1
    mask: str | None = None
    site: str | None = None


class Pool(NamedTuple):
    """The largest value of each window."""

    kernel: int
    stride: int
    padding: int


class FirstConvolution(nn.Conv2d):
    """A convolution whose maps may have more channels than it has weights for, all zeros: GPUs compute some numbers of
    channels faster than others."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """maps: (n, in_channels or more, H, W)."""
        more = maps.shape[1] - self.in_channels
        weight = functional.pad(self.weight, (0, 0, 0, 0, 0, more)) if more > 0 else self.weight
        return self._conv_forward(maps, weight, self.bias)


class Stack(nn.Sequential):
    """Convolutions and pools one after the other, with skips (paper, section 2.3 and Fig. 3).

    Around the convolutions that name a mask the output is ReLU(BN(conv(x)) + x * mask), or with
    skip="after_relu" ReLU(BN(conv(x))) + x * mask. Its parameters are numbered as in a plain Sequential.

    sites: number of a layer -> the mask whose place is behind it. There attention may change the maps, and other
    networks may take them. channels: there, and at QUARTER. quarter: how many layers come before it.
    """

    def __init__(self, in_channels: int, layers: list[Convolution | Pool], skip: Skip) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.skips: dict[int, tuple[str, int]] = {}
        self.sites: dict[int, str] = {}
        self.channels: dict[str, int] = {}
        self.quarter = 0
        join = {"before_relu": 1, "after_relu": 2}[skip]  # added behind the normalisation or behind the ReLU
        channels = in_channels
        for layer in layers:
            if isinstance(layer, Pool):
                self.append(nn.MaxPool2d(layer.kernel, layer.stride, layer.padding))
                if LAST_SITE in self.channels and not self.quarter:
                    self.quarter = len(self)
                    self.channels[QUARTER] = channels
                continue
            if layer.mask is not None:
                if layer.channels != channels:
                    raise InputError(f"a skip joins {channels} channels to {layer.channels}; they must be equal")
                self.skips[len(self)] = (layer.mask, len(self) + join)
            kind = nn.Conv2d if len(self) else FirstConvolution
            self.append(kind(channels, layer.channels, layer.kernel, layer.stride, layer.kernel // 2))
            self.append(nn.BatchNorm2d(layer.channels))
            self.append(nn.ReLU(inplace=True))
            channels = layer.channels
            if layer.mask or layer.site:
                name = layer.mask or layer.site
                assert name
                self.sites[len(self) - 1], self.channels[name] = name, channels
        self.out_channels = channels

    def forward(  # type: ignore[override] # a Sequential by its parameters' names, not by its call
        self,
        maps: torch.Tensor,
        masks: Masks,
        attention: Attention = NO_ATTENTION,
        first: int = 0,
        last: int | None = None,
    ) -> torch.Tensor:
        """maps: (n, C, H, W); one channel is repeated where the stack takes more, and channels beyond those that it
        takes must be zero.
        masks: {"mask1": (n, 1, h, w), "mask2": ...}, None for a skip of weight 1. attention: by site. first, last: the
        layers that are computed, all by default.

        Returns (n, out_channels, h', w').
        """
        x = maps.expand(-1, self.in_channels, -1, -1) if maps.shape[1] == 1 else maps
        skipped, join = None, None
        for number, layer in list(enumerate(self))[first:last]:
            if number in self.skips:
                mask, join = self.skips[number]
                weight = masks[mask]
                skipped = x if weight is None else x * weight
            x = layer(x)
            if number == join:
                x = x + skipped
            site = self.sites.get(number)
            if site is not None and site in attention:
                x = attention[site](x, masks[site])
        return x


def without_skips(layers: list[Convolution | Pool]) -> list[Convolution | Pool]:
    """The same layers as a plain chain, in which the places of masks stay known as sites."""
    return [layer._replace(mask=None, site=layer.mask) if isinstance(layer, Convolution) else layer for layer in layers]
