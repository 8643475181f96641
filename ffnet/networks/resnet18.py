"""ResNet18, name for name as torchvision has it (torchvision takes 1.5 s to import), with places for the masks."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from ffnet.networks.layers import NO_ATTENTION, Attention, FirstConvolution, Masks

CHANNELS = (64, 128, 256, 512)  # of its four stages, before width


class Block(nn.Module):
    """Two 3x3 convolutions around which a shortcut goes (He et al., 2016)."""

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride > 1 or in_channels != channels:
            shortcut = nn.Conv2d(in_channels, channels, 1, stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(channels))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """maps: (n, in_channels, H, W). Returns (n, channels, H', W')."""
        shortcut = self.downsample(maps) if self.downsample else maps
        return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(maps))))) + shortcut)


class Stages(NamedTuple):
    """What a ResNet18 of 112x112 maps gives: the stem behind its pool, 28x28, and the four stages, 28, 14, 7, 4."""

    stem: torch.Tensor
    stages: tuple[torch.Tensor, ...]


class ResNet18(nn.Module):
    """torchvision's ResNet18 without its last pool and classifier: 112x112 in, 4x4 out.

    Masks come in where its maps have their sizes: x + x * mask-1 behind the stem (56x56) and x + x * mask-2 behind the
    first block (28x28). Attention is at the same places.
    """

    def __init__(self, in_channels: int, scaled: Callable[[int], int], skips: bool) -> None:
        """scaled: from a published number of channels to that in use. skips: whether masks come in."""
        super().__init__()
        self.widths = widths = [scaled(number) for number in CHANNELS]
        self.in_channels, self.out_channels, self.skips = in_channels, widths[-1], skips
        self.channels = {"mask1": widths[0], "mask2": widths[0]}
        self.conv1 = FirstConvolution(in_channels, widths[0], 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before = [widths[0], *widths]
        for number, width in enumerate(widths):
            blocks = Block(before[number], width, 2 if number else 1), Block(width, width, 1)
            self.add_module(f"layer{number + 1}", nn.Sequential(*blocks))

    def forward(self, maps: torch.Tensor, masks: Masks, attention: Attention = NO_ATTENTION) -> torch.Tensor:
        """maps, masks, attention: see ffnet.networks.layers.Stack. Returns (n, out_channels, H / 32, W / 32)."""
        return self.stages(maps, masks, attention).stages[-1]

    def stages(self, maps: torch.Tensor, masks: Masks, attention: Attention = NO_ATTENTION) -> Stages:
        """All that a network may use of it; see forward."""
        x = self._at("mask1", self.relu(self.bn1(self.conv1(maps))), masks, attention)
        stem = x = self.maxpool(x)
        found = []
        for number in range(1, 5):
            first, second = getattr(self, f"layer{number}")
            x = first(x)
            x = second(self._at("mask2", x, masks, attention) if number == 1 else x)
            found.append(x)
        return Stages(stem, tuple(found))

    def _at(self, site: str, x: torch.Tensor, masks: Masks, attention: Attention) -> torch.Tensor:
        mask = masks[site]
        if self.skips:
            x = x + (x if mask is None else x * mask)
        return attention[site](x, mask) if site in attention else x


def initialise_resnet18(network: ResNet18) -> None:
    """torchvision's start without pretrained weights: He's normal by fan-out, normalisation 1 and 0, in place."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
