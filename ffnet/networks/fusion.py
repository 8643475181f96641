"""One network per modality, fused on the level of features: F3DNet(-M), VGG16-BN(-M), FFNet(-M) (section 2.3)."""

import torch
from torch import nn

from ffnet.networks.f3dnet import f3dnet_layers, initialise_f3dnet
from ffnet.networks.layers import Stack, without_skips
from ffnet.networks.settings import ExperimentSettings, NetworkSettings
from ffnet.networks.vgg16_bn import IN_CHANNELS, initialise_vgg16_bn, vgg16_bn_layers

CHANNELS = {"depth": 1, "normals": 3, "texture": 3}


class FusionNet(nn.Module):
    """A backbone and a head per modality, their features side by side, one classifier."""

    def __init__(
        self, backbones: dict[str, Stack], heads: dict[str, nn.Sequential], classifier: nn.Linear, masked: bool
    ) -> None:
        super().__init__()
        self.backbones = nn.ModuleDict(backbones)
        self.heads = nn.ModuleDict(heads)
        self.classifier = classifier
        self.masked = masked

    def forward(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """inputs: {"depth": (n, 1, 112, 112), "normals": (n, 3, 112, 112), "texture": (n, 3, 112, 112),
        "mask1": (n, 1, 56, 56), "mask2": (n, 1, 28, 28)}; only what is in use needs to be there.

        Returns the classes' scores before the softmax, (n, classes).
        """
        masks = {name: inputs[name] if self.masked else None for name in ("mask1", "mask2")}
        features = []
        for modality, backbone in self.backbones.items():
            maps = backbone(inputs[modality], masks)
            features.append(self.heads[modality](maps.mean(dim=(2, 3))))
        return self.classifier(torch.cat(features, dim=1))


def build_network(experiment: ExperimentSettings, settings: NetworkSettings, classes: int) -> FusionNet:
    """The network of one row of the table of experiments, freshly initialised from torch's global generator.

    experiment: ExperimentSettings of a network. settings: NetworkSettings. classes: number of outputs.
    """
    wide, narrow = (settings.scaled(size) for size in settings.fully_connected)
    backbones = {
        name: _backbone(name, kind, experiment.has_skips, settings) for name, kind in experiment.streams.items()
    }
    heads = {name: _head(stack.out_channels, wide, narrow, settings.dropout) for name, stack in backbones.items()}
    classifier = nn.Linear(narrow * len(heads), classes)
    return FusionNet(backbones, heads, classifier, experiment.reads_masks)


def _backbone(modality: str, kind: str, skips: bool, settings: NetworkSettings) -> Stack:
    """kind: "f3dnet" or "vgg16_bn". VGG16-BN always takes three channels; F3DNet those of its modality."""
    if kind == "vgg16_bn":
        in_channels, layers, initialise = IN_CHANNELS, vgg16_bn_layers(settings.scaled), initialise_vgg16_bn
    else:
        channels = [settings.scaled(number) for number in settings.f3dnet_channels]
        in_channels, layers = CHANNELS[modality], f3dnet_layers(channels, settings.f3dnet_plan)
        initialise = initialise_f3dnet
    if not skips:
        layers = without_skips(layers)
    stack = Stack(in_channels, layers, settings.skip)
    initialise(stack)
    return stack


def _head(channels: int, wide: int, narrow: int, dropout: float) -> nn.Sequential:
    """FC1 and FC2 behind the global average pool."""
    return nn.Sequential(
        nn.Linear(channels, wide),
        nn.ReLU(inplace=True),
        nn.Dropout(dropout),
        nn.Linear(wide, narrow),
        nn.ReLU(inplace=True),
    )
