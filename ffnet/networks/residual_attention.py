"""Attention that is learned where the landmark masks would be (Wang et al., Residual Attention Network, 2017)."""

import torch
from torch import nn

DOWN_TO = 7  # the mask branch pools maps of 56x56 three times, those of 28x28 twice
POOLS = {"mask1": 3, "mask2": 2}


class Bottleneck(nn.Module):
    """x + f(x): three times normalisation, ReLU and convolution, through a quarter of the channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(1, channels // 4)
        sizes = [(channels, inner, 1), (inner, inner, 3), (inner, channels, 1)]
        self.change = nn.Sequential()
        for before, after, kernel in sizes:
            self.change.append(nn.BatchNorm2d(before))
            self.change.append(nn.ReLU(inplace=True))
            self.change.append(nn.Conv2d(before, after, kernel, padding=kernel // 2, bias=False))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """maps: (n, channels, h, w). Returns the same shape."""
        return maps + self.change(maps)


class Hourglass(nn.Module):
    """Maps pooled down to a coarse grid and interpolated back, with a unit on the way down, one on the way up and one
    around; at the bottom there are two."""

    def __init__(self, channels: int, pools: int) -> None:
        super().__init__()
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.down, self.up = Bottleneck(channels), Bottleneck(channels)
        self.inner = Hourglass(channels, pools - 1) if pools > 1 else None
        self.around = Bottleneck(channels) if pools > 1 else None

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """maps: (n, channels, h, w). Returns the same shape."""
        x = self.down(self.pool(maps))
        if self.inner and self.around:
            x = self.inner(x) + self.around(x)
        return double(self.up(x))[..., : maps.shape[2], : maps.shape[3]]


class ResidualAttention(nn.Module):
    """unit((1 + M(x)) x), where M(x) in (0, 1) has the shape of x and is learned."""

    def __init__(self, channels: int, pools: int) -> None:
        """pools: how often the mask branch halves the maps."""
        super().__init__()
        self.hourglass = Hourglass(channels, pools)
        self.weigh = nn.Sequential()
        for _ in range(2):
            self.weigh.append(nn.BatchNorm2d(channels))
            self.weigh.append(nn.ReLU(inplace=True))
            self.weigh.append(nn.Conv2d(channels, channels, 1, bias=False))
        self.last = Bottleneck(channels)

    def forward(self, maps: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """maps: (n, channels, h, w). mask: not used. Returns the same shape."""
        return self.last((1 + self.mask(maps)) * maps)

    def mask(self, maps: torch.Tensor) -> torch.Tensor:
        """M(x), from 0 to 1, of the shape of the maps."""
        return self.weigh(self.hourglass(maps) + maps).sigmoid()


def double(maps: torch.Tensor) -> torch.Tensor:
    """Maps (n, C, h, w) on a grid twice as fine, by bilinear interpolation, (n, C, 2h, 2w).

    torch.nn.functional.interpolate has no deterministic gradient on a GPU.
    """
    for axis in (2, 3):
        size = maps.shape[axis]
        first, last = maps.narrow(axis, 0, 1), maps.narrow(axis, size - 1, 1)
        before = torch.cat([first, maps.narrow(axis, 0, size - 1)], dim=axis)
        behind = torch.cat([maps.narrow(axis, 1, size - 1), last], dim=axis)
        pairs = torch.stack([0.75 * maps + 0.25 * before, 0.75 * maps + 0.25 * behind], dim=axis + 1)
        maps = pairs.flatten(axis, axis + 1)
    return maps
