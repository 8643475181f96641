"""One network that sees every map alone, after DF-CNN (Li, Sun, Xu and Chen, 2017)."""

from collections.abc import Mapping

import torch
from torch import nn

from ffnet.networks.layers import Stack

GREY = (0.299, 0.587, 0.114)  # weights of red, green and blue, ITU-R BT.601
CHANNELS_OF = {"depth": 1, "normals": 3, "texture": 1, "curvature": 1}  # more may follow, zeros for a GPU
FUSED = 256  # channels of the fused maps, before width


class DeepFusion(nn.Module):
    """The maps of a shared trunk, stacked and fused by a 1x1 convolution."""

    def __init__(self, trunk: Stack, maps: int, fused: int) -> None:
        """trunk: takes one channel. maps: how many it sees of a scan. fused: channels behind the convolution."""
        super().__init__()
        self.trunk = trunk
        self.fuse = nn.Sequential(
            nn.Conv2d(maps * trunk.out_channels, fused, 1), nn.BatchNorm2d(fused), nn.ReLU(inplace=True)
        )
        self.out_channels = fused

    def forward(self, maps: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """maps: of a scan, see single_maps. Returns (n, fused, h, w)."""
        singles = single_maps(maps)
        count, number = singles.shape[:2]
        seen = self.trunk(singles.flatten(0, 1)[:, None], {})
        return self.fuse(seen.reshape(count, number * seen.shape[1], *seen.shape[2:]))


def single_maps(maps: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """The single maps of scans, (n, number, H, W): depth, the components of normals, grey texture, curvature.

    maps: (n, channels, H, W) of each, of which the texture's three become one.
    """
    singles = []
    for name, values in maps.items():
        if name == "texture":
            red, green, blue = (values[:, k : k + 1] for k in range(3))
            values = GREY[0] * red + GREY[1] * green + GREY[2] * blue
        singles.append(values[:, : CHANNELS_OF[name]])
    return torch.cat(singles, dim=1)
