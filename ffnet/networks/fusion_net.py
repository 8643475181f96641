"""The network of a row: streams, how their maps meet, a head for each, one classifier."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import nn

from ffnet.networks.meeting import SideBySide
from ffnet.networks.senses import Senses


class Outputs(NamedTuple):
    """What a network gives while it learns by more than its scores.

    scores: (n, classes). features: of each stream, (n, k), before their last ReLU. parts: the scores of each stream
    alone, (n, classes), where the streams learn apart, else none.
    """

    scores: torch.Tensor
    features: tuple[torch.Tensor, ...]
    parts: tuple[torch.Tensor, ...]


class FusionNet(nn.Module):
    """A backbone and a head per stream, their features side by side, one classifier (section 2.3).

    senses: what it reads. meeting: how the streams' maps become those that the heads take. explains: whether it gives
    Outputs in training.
    """

    def __init__(
        self,
        backbones: Mapping[str, nn.Module],
        heads: Mapping[str, nn.Sequential],
        classifier: nn.Linear,
        senses: Senses,
        meeting: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.backbones = nn.ModuleDict(dict(backbones))
        self.heads = nn.ModuleDict(dict(heads))
        self.classifier = classifier
        self.senses = senses
        self.meeting = meeting or SideBySide()
        self.attention = nn.ModuleDict()  # stream -> site -> what changes its maps there
        self.alone = nn.ModuleDict()  # stream -> its own classifier, where the streams learn apart
        self.explains = False

    def forward(self, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor | Outputs:
        """inputs: {"depth": (n, 1, 112, 112), "normals": (n, 3, 112, 112), "texture": (n, 3, 112, 112),
        "mask1": (n, 1, 56, 56), "mask2": (n, 1, 28, 28)}; only what is in use needs to be there.

        Returns the classes' scores before the softmax, (n, classes); in training, of rows whose losses need more,
        Outputs.
        """
        streams, masks = self.senses.streams_of(inputs), self.senses.masks_of(inputs)
        maps = self.meeting(self.backbones, streams, masks, self.attention)
        pooled = {name: values.mean(dim=(2, 3)) for name, values in maps.items()}
        held = self.training and len(self.alone) > 0  # the fused scores teach the heads alone
        inner = {name: values.detach() if held else values for name, values in pooled.items()}
        features = [_features(self.heads[name], values) for name, values in inner.items()]
        scores = self.classifier(torch.cat([after for _, after in features], dim=1))
        if not (self.training and self.explains):
            return scores
        return Outputs(
            scores,
            tuple(before for before, _ in features),
            tuple(one(pooled[name]) for name, one in self.alone.items()),
        )


def _features(head: nn.Module, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A head's features before and after its last ReLU; without a layer those that it is given."""
    layers = list(head.children())
    for layer in layers[:-1]:
        values = layer(values)
    return values, values.relu() if layers else values
