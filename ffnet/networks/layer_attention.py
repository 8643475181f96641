"""AMDFN's attention over the stages of a ResNet18 (Gu, Yan et al., 2021), by its authors' code."""

import torch
from torch import nn
from torch.nn import functional

from ffnet.networks.layers import NO_ATTENTION, Attention, Masks
from ffnet.networks.resnet18 import ResNet18

STEPS = (8, 4, 2)  # from stages 1, 2 and 3 to the fourth


def pool(maps: torch.Tensor, step: int, side: int) -> torch.Tensor:
    """The largest values of squares of `step` pixels, (n, C, side, side). maps: (n, C, h, h), none negative, with zeros
    around where h is less than step * side: torch's pool to a given size has no deterministic gradient on a GPU."""
    missing = step * side - maps.shape[2]
    before, behind = missing // 2, missing - missing // 2
    return functional.max_pool2d(functional.pad(maps, (before, behind, before, behind)), step)


class LayerGates(nn.Module):
    """A factor for each stage, from the means of all: FC, ReLU, sigmoid. As the ReLU comes first, none is below 0.5."""

    def __init__(self, stages: int) -> None:
        super().__init__()
        self.fc = nn.Linear(stages, stages)

    def forward(self, maps: list[torch.Tensor]) -> torch.Tensor:
        """maps: of each stage, (n, C, h, w). Returns (n, stages), from 0.5 to below 1."""
        means = torch.stack([values.mean(dim=(1, 2, 3)) for values in maps], dim=1)
        return self.fc(means).relu().sigmoid()


class LayerAttention(nn.Module):
    """A ResNet18 whose stages meet on the last one's grid, each scaled by its gate.

    Stages 1 to 3 are pooled by 8, 4 and 2 and taken to the last one's channels by a 3x3 convolution. The four, scaled,
    and the last one as it is are joined, and a 3x3 convolution follows. The stem is added, by the convolution of
    stage 1, as in the authors' code.
    """

    def __init__(self, trunk: ResNet18) -> None:
        super().__init__()
        self.trunk = trunk
        self.in_channels = trunk.in_channels
        out = self.out_channels = trunk.out_channels
        self.channels = trunk.channels
        self.alike = nn.ModuleList(nn.Conv2d(width, out, 3, padding=1) for width in trunk.widths[:-1])
        self.gates = LayerGates(4)
        self.join = nn.Conv2d(5 * out, out, 3, padding=1)

    def forward(self, maps: torch.Tensor, masks: Masks, attention: Attention = NO_ATTENTION) -> torch.Tensor:
        """maps, masks, attention: see ResNet18. Returns (n, out_channels, H / 32, W / 32)."""
        stem, stages = self.trunk.stages(maps, masks, attention)
        last = stages[-1]
        pooled = [pool(stage, step, last.shape[2]) for stage, step in zip(stages, STEPS, strict=False)]
        alike = [convolve(stage) for convolve, stage in zip(self.alike, pooled, strict=True)]
        gates = self.gates([*alike, last])
        scaled = [values * gates[:, k, None, None, None] for k, values in enumerate([*alike, last])]
        return self.join(torch.cat([*scaled, last], dim=1)) + self.alike[0](pool(stem, STEPS[0], last.shape[2]))
