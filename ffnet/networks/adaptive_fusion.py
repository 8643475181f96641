"""Streams that are fused at convolutions by weights of their own, after AFNet-M (Sui et al., 2022)."""

from collections.abc import Mapping

import torch
from torch import nn

from ffnet.networks.layers import SITES, Stack


class ImportanceWeights(nn.Module):
    """The streams' maps at one site as one: a sum with weights that are positive and add up to 1 in each scan."""

    def __init__(self, channels: Mapping[str, int], out_channels: int) -> None:
        """channels: of each stream there."""
        super().__init__()
        self.alike = nn.ModuleDict({name: nn.Conv2d(count, out_channels, 1) for name, count in channels.items()})
        self.importance = nn.ModuleDict({name: nn.Linear(out_channels, 1) for name in channels})

    def forward(self, maps: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """maps: of each stream, (n, its channels, h, w). Returns (n, out_channels, h, w)."""
        alike = {name: convolve(maps[name]) for name, convolve in self.alike.items()}
        weights = self.weights(alike)
        return torch.stack([weights[:, k, None, None, None] * values for k, values in enumerate(alike.values())]).sum(0)

    def weights(self, alike: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """(n, streams), in the order of the streams. alike: maps with out_channels."""
        scores = [self.importance[name](values.mean(dim=(2, 3))) for name, values in alike.items()]
        return torch.cat(scores, dim=1).softmax(dim=1)


class AdaptiveFusion(nn.Module):
    """A third network that begins with the fused maps of the first site and adds those of the second on its way.

    Its layers are F3DNet's from the first site on.
    """

    def __init__(self, channels: Mapping[str, Mapping[str, int]], tail: Stack) -> None:
        """channels: of each stream, by site. tail: a Stack that takes the maps of the first site and has the second."""
        super().__init__()
        (self.second_place,) = (place for place, site in tail.sites.items() if site == SITES[1])
        widths = {SITES[0]: tail.in_channels, SITES[1]: tail.channels[SITES[1]]}
        self.join = nn.ModuleDict()
        for site in SITES:
            self.join[site] = ImportanceWeights({name: one[site] for name, one in channels.items()}, widths[site])
        self.tail = tail
        self.out_channels = tail.out_channels

    def forward(self, maps: Mapping[str, Mapping[str, torch.Tensor]]) -> torch.Tensor:
        """maps: of each stream, by site. Returns (n, out_channels, h, w)."""
        first, second = (self.join[site]({name: one[site] for name, one in maps.items()}) for site in SITES)
        x = self.tail(first, {}, last=self.second_place + 1) + second
        return self.tail(x, {}, first=self.second_place + 1)
