"""Landmark masks that modulate maps by two learned vectors, after AFNet-M (Sui et al., 2022)."""

import torch
from torch import nn

REDUCTION, LEAST = 16, 4  # hidden numbers: channels / 16, but no fewer, as all might fall silent


class MaskModulation(nn.Module):
    """y = x + m (sigmoid(g) x + b): the vectors g and b of a scan come from the means of x over all pixels and over
    those under its mask m. Both start at 0, where y = x + m x / 2."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.reduce = nn.Linear(2 * channels, max(LEAST, channels // REDUCTION))
        self.relu = nn.ReLU(inplace=True)
        self.expand = nn.Linear(self.reduce.out_features, 2 * channels)
        nn.init.zeros_(self.expand.weight)
        nn.init.zeros_(self.expand.bias)

    def forward(self, maps: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """maps: (n, channels, h, w). mask: (n, 1, h, w). Returns the shape of the maps."""
        under = (maps * mask).sum(dim=(2, 3)) / mask.sum(dim=(2, 3)).clamp(min=1e-6)
        context = torch.cat([maps.mean(dim=(2, 3)), under], dim=1)
        scale, shift = self.expand(self.relu(self.reduce(context)))[..., None, None].chunk(2, dim=1)
        return maps + mask * (scale.sigmoid() * maps + shift)
