"""Attention between streams, after CM-CNN and CMANet: each looks at all pixels of every other."""

import itertools
from collections.abc import Mapping

import torch
from torch import nn

WIDTH, HEADS = 128, 4  # numbers of a token, before width, and how many attentions share them


class CrossAttention(nn.Module):
    """One stream's pixels, as queries, look at another's, as keys and values; what they find is to be added."""

    def __init__(self, channels: int, others: int, width: int) -> None:
        """channels: of the stream that looks. others: of the other. width: numbers of a token, a multiple of HEADS."""
        super().__init__()
        self.query = nn.Sequential(nn.LayerNorm(channels), nn.Linear(channels, width))
        self.key_and_value = nn.Sequential(nn.LayerNorm(others), nn.Linear(others, 2 * width))
        self.back = nn.Linear(width, channels)

    def forward(self, maps: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
        """maps: (n, channels, h, w). others: (n, C, h, w). Returns the shape of maps."""
        query = _split(self.query(_tokens(maps)))
        key, value = (_split(half) for half in self.key_and_value(_tokens(others)).chunk(2, dim=-1))
        weights = (query @ key.transpose(2, 3) / query.shape[-1] ** 0.5).softmax(dim=-1)
        found = (weights @ value).transpose(1, 2).flatten(2)
        return self.back(found).transpose(1, 2).reshape(maps.shape)


def _tokens(maps: torch.Tensor) -> torch.Tensor:
    """(n, C, h, w) to (n, h * w, C)."""
    return maps.flatten(2).transpose(1, 2)


def _split(tokens: torch.Tensor) -> torch.Tensor:
    """(n, tokens, width) to (n, HEADS, tokens, width / HEADS)."""
    return tokens.unflatten(-1, (HEADS, -1)).transpose(1, 2)


class Exchange(nn.Module):
    """Cross-attention between every two streams, in both directions, added to the maps of both."""

    def __init__(self, channels: Mapping[str, int], width: int) -> None:
        """channels: of each stream's maps. width: numbers of a token, a multiple of HEADS."""
        super().__init__()
        pairs = itertools.permutations(channels, 2)
        self.pairs = nn.ModuleDict(
            {f"{to}_from_{source}": CrossAttention(channels[to], channels[source], width) for to, source in pairs}
        )

    def forward(self, maps: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """maps: of each stream, (n, C, h, w), of one size. Returns the same shapes."""
        found = dict(maps)
        for to, source in itertools.permutations(maps, 2):
            found[to] = found[to] + self.pairs[f"{to}_from_{source}"](maps[to], maps[source])
        return found
