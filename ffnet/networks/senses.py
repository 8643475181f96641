"""What a network sees before its first layer: maps as they are, joined, or computed from others."""

from collections.abc import Mapping
from typing import NamedTuple

import torch

from ffnet.networks.curvature import curvature_map, curvature_masks
from ffnet.networks.layers import SITES, Masks
from ffnet.networks.settings import CURVATURE, NONE, Curvature, ExperimentSettings

CHANNELS = {"depth": 1, "normals": 3, "texture": 3}
SINGLE = 1  # channels of a map that is computed


class Senses(NamedTuple):
    """maps: the modalities that are read. reads_masks: whether mask1 and mask2 are. curves_masks: whether they are
    computed from the normals. streams: name -> the maps that are its channels."""

    maps: tuple[str, ...]
    curvature: Curvature
    reads_masks: bool
    curves_masks: bool
    streams: dict[str, tuple[str, ...]]

    def channels(self, stream: str) -> int:
        """How many channels a stream has."""
        return sum(CHANNELS.get(name, SINGLE) for name in self.streams[stream])

    def streams_of(self, inputs: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The maps of each stream, (n, channels, H, W); zeros may follow behind the channels of a single map. inputs:
        see FusionNet."""
        maps = dict(inputs)
        if self.curvature != NONE:
            maps[CURVATURE] = curvature_map(inputs["normals"], self.curvature)
        return {stream: _join(maps, names) for stream, names in self.streams.items()}

    def masks_of(self, inputs: Mapping[str, torch.Tensor]) -> Masks:
        """mask1 and mask2, None where none is in use. inputs: see FusionNet."""
        if self.curves_masks:
            return curvature_masks(inputs["normals"])
        return {name: inputs[name] if self.reads_masks else None for name in SITES}


def _join(maps: Mapping[str, torch.Tensor], names: tuple[str, ...]) -> torch.Tensor:
    if len(names) == 1:
        return maps[names[0]]
    return torch.cat([maps[name][:, : CHANNELS.get(name, SINGLE)] for name in names], dim=1)


def senses_of(experiment: ExperimentSettings) -> Senses:
    """The Senses of one row."""
    curves_masks = experiment.masks == CURVATURE
    return Senses(experiment.maps, experiment.curvature, experiment.reads_masks, curves_masks, experiment.joined)
