"""How maps of several streams meet before the heads: not at all, by cross-attention, by weights, or in one trunk."""

from collections.abc import Mapping

import torch
from torch import nn

from ffnet.networks.adaptive_fusion import AdaptiveFusion
from ffnet.networks.cross_attention import Exchange
from ffnet.networks.deep_fusion import DeepFusion
from ffnet.networks.layers import NO_ATTENTION, SITES, Attention, Masks, Stack

Maps = dict[str, torch.Tensor]
"""Name -> (n, C, h, w)."""


def attention_of(attention: nn.ModuleDict, stream: str) -> Attention:
    """What changes the maps of one stream, by site. attention: by stream."""
    if stream not in attention:
        return NO_ATTENTION
    modules = attention[stream]
    assert isinstance(modules, nn.ModuleDict)
    return modules


class SideBySide(nn.Module):
    """Each stream goes through its own backbone to its own head, as in the paper."""

    def forward(self, backbones: nn.ModuleDict, streams: Maps, masks: Masks, attention: nn.ModuleDict) -> Maps:
        """backbones, attention: by stream. Returns the maps that the heads take."""
        return {
            name: backbone(streams[name], masks, attention_of(attention, name)) for name, backbone in backbones.items()
        }


class Crossing(nn.Module):
    """Streams that look at each other where their maps are 14x14, see Exchange, and then go on."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self.exchange = exchange

    def forward(self, backbones: nn.ModuleDict, streams: Maps, masks: Masks, attention: nn.ModuleDict) -> Maps:
        """As SideBySide. backbones: Stacks."""
        half = {name: backbone(streams[name], masks, last=backbone.quarter) for name, backbone in backbones.items()}
        return {
            name: backbones[name](values, masks, first=backbones[name].quarter)
            for name, values in self.exchange(half).items()
        }


class Weighing(nn.Module):
    """Streams that end at the second site and are fused there and at the first, see AdaptiveFusion."""

    def __init__(self, fusion: AdaptiveFusion) -> None:
        super().__init__()
        self.fusion = fusion

    def forward(self, backbones: nn.ModuleDict, streams: Maps, masks: Masks, attention: nn.ModuleDict) -> Maps:
        """As SideBySide, with maps named "fused" alone. backbones: Stacks that end at the second site."""
        at_sites = {
            name: _at_sites(backbone, streams[name], masks, attention_of(attention, name))
            for name, backbone in backbones.items()
        }
        return {"fused": self.fusion(at_sites)}


def _at_sites(stack: nn.Module, maps: torch.Tensor, masks: Masks, attention: Attention) -> Mapping[str, torch.Tensor]:
    assert isinstance(stack, Stack)
    places = {site: place + 1 for place, site in stack.sites.items()}
    first = stack(maps, masks, attention, last=places[SITES[0]])
    return {SITES[0]: first, SITES[1]: stack(first, masks, attention, first=places[SITES[0]])}


class OneTrunk(nn.Module):
    """Single maps that one trunk sees one by one, see DeepFusion."""

    def __init__(self, fusion: DeepFusion) -> None:
        super().__init__()
        self.fusion = fusion

    def forward(self, backbones: nn.ModuleDict, streams: Maps, masks: Masks, attention: nn.ModuleDict) -> Maps:
        """As SideBySide, with maps named "fused" alone. backbones, masks, attention: not used."""
        return {"fused": self.fusion(streams)}
