"""The network of a row: F3DNet(-M), VGG16-BN(-M), FFNet(-M) (section 2.3), and those of docs/methods.md."""

from collections.abc import Mapping

from torch import nn

from ffnet.networks.adaptive_fusion import AdaptiveFusion
from ffnet.networks.backbones import Backbone, build_backbone, build_tail, build_trunk
from ffnet.networks.cross_attention import HEADS, WIDTH, Exchange
from ffnet.networks.deep_fusion import FUSED, DeepFusion
from ffnet.networks.fusion_net import FusionNet, Outputs
from ffnet.networks.layers import QUARTER, SITES
from ffnet.networks.mask_modulation import MaskModulation
from ffnet.networks.meeting import Crossing, OneTrunk, SideBySide, Weighing
from ffnet.networks.residual_attention import POOLS, ResidualAttention
from ffnet.networks.senses import CHANNELS, Senses, senses_of
from ffnet.networks.settings import (
    ADAPTIVE,
    APART,
    CROSS,
    DEEP,
    LAYER,
    LEARNED,
    MASK_MODULATION,
    ExperimentSettings,
    NetworkSettings,
)
from ffnet.networks.subcentres import Subcentres

__all__ = ["CHANNELS", "FusionNet", "Outputs", "build_network"]


def build_network(experiment: ExperimentSettings, settings: NetworkSettings, classes: int) -> FusionNet:
    """The network of one row of the table of experiments, freshly initialised from torch's global generator.

    experiment: ExperimentSettings of a network. settings: NetworkSettings. classes: number of outputs.
    """
    senses = senses_of(experiment)
    backbones = _backbones(experiment, senses, settings)
    meeting = _meeting(experiment, senses, backbones, settings)
    ends = {name: backbone.out_channels for name, backbone in backbones.items()}
    if isinstance(meeting, (Weighing, OneTrunk)):
        ends = {"fused": meeting.fusion.out_channels}
    heads = {name: _head(channels, experiment, settings) for name, channels in ends.items()}
    features = sum([_features(heads[name], channels) for name, channels in ends.items()])
    subcentres = experiment.loss.subcentres
    classifier = Subcentres(features, classes, subcentres) if subcentres > 1 else nn.Linear(features, classes)
    network = FusionNet(backbones, heads, classifier, senses, meeting)
    network.attention = nn.ModuleDict(_attention(experiment, backbones))
    if experiment.learning == APART:
        network.alone = nn.ModuleDict({name: nn.Linear(channels, classes) for name, channels in ends.items()})
    network.explains = experiment.learning == APART or experiment.loss.orthogonal > 0
    return network


def _backbones(experiment: ExperimentSettings, senses: Senses, settings: NetworkSettings) -> dict[str, Backbone]:
    """By stream; a joined stream has the backbone of its maps."""
    if experiment.fusion == DEEP:
        return {}
    kinds = experiment.streams
    return {
        stream: build_backbone(kinds[names[0]], senses.channels(stream), experiment, settings)
        for stream, names in senses.streams.items()
    }


def _meeting(
    experiment: ExperimentSettings, senses: Senses, backbones: Mapping[str, Backbone], settings: NetworkSettings
) -> nn.Module:
    """How the streams' maps become those that the heads take."""
    if experiment.attention == CROSS:
        channels = {name: backbone.channels[QUARTER] for name, backbone in backbones.items()}
        return Crossing(Exchange(channels, HEADS * settings.scaled(WIDTH // HEADS)))
    if experiment.fusion == ADAPTIVE:
        return Weighing(AdaptiveFusion({name: one.channels for name, one in backbones.items()}, build_tail(settings)))
    if experiment.fusion == DEEP:
        maps = sum(1 if name == "texture" else senses.channels(name) for name in senses.streams)
        return OneTrunk(DeepFusion(build_trunk(settings), maps, settings.scaled(FUSED)))
    return SideBySide()


def _attention(experiment: ExperimentSettings, backbones: Mapping[str, Backbone]) -> dict[str, nn.ModuleDict]:
    """What changes the maps of each stream, by site."""
    if experiment.attention == LEARNED:
        return {
            name: nn.ModuleDict({site: ResidualAttention(one.channels[site], POOLS[site]) for site in SITES})
            for name, one in backbones.items()
        }
    if experiment.attention == MASK_MODULATION:
        return {
            name: nn.ModuleDict({site: MaskModulation(one.channels[site]) for site in SITES})
            for name, one in backbones.items()
        }
    return {}


def _head(channels: int, experiment: ExperimentSettings, settings: NetworkSettings) -> nn.Sequential:
    """FC1 and FC2 behind the global average pool; AMDFN has none."""
    if experiment.attention == LAYER:
        return nn.Sequential()
    wide, narrow = (settings.scaled(size) for size in settings.fully_connected)
    return nn.Sequential(
        nn.Linear(channels, wide),
        nn.ReLU(inplace=True),
        nn.Dropout(settings.dropout),
        nn.Linear(wide, narrow),
        nn.ReLU(inplace=True),
    )


def _features(head: nn.Sequential, channels: int) -> int:
    """How many numbers leave a head. channels: that enter it."""
    return next((layer.out_features for layer in reversed(head) if isinstance(layer, nn.Linear)), channels)
