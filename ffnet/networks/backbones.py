"""What sees a stream: F3DNet, VGG16-BN or ResNet18, freshly initialised."""

from ffnet.networks.f3dnet import f3dnet_layers, initialise_f3dnet
from ffnet.networks.layer_attention import LayerAttention
from ffnet.networks.layers import LAST_SITE, SITES, Convolution, Pool, Stack, without_skips
from ffnet.networks.resnet18 import ResNet18, initialise_resnet18
from ffnet.networks.settings import ADAPTIVE, LAYER, ExperimentSettings, NetworkSettings
from ffnet.networks.vgg16_bn import IN_CHANNELS, initialise_vgg16_bn, vgg16_bn_layers

Backbone = Stack | ResNet18 | LayerAttention


def build_backbone(kind: str, channels: int, experiment: ExperimentSettings, settings: NetworkSettings) -> Backbone:
    """kind: "f3dnet", "vgg16_bn" or "resnet18". channels: of the stream; VGG16-BN always takes three. Where streams are
    fused by weights, it ends at the second site."""
    if kind == "resnet18":
        return _build_resnet18(channels, experiment, settings)
    if kind == "vgg16_bn":
        channels, layers, initialise = IN_CHANNELS, vgg16_bn_layers(settings.scaled), initialise_vgg16_bn
    else:
        layers, initialise = scaled_f3dnet(settings), initialise_f3dnet
    if experiment.fusion == ADAPTIVE:
        layers = layers[: _place(layers, LAST_SITE) + 1]
    stack = Stack(channels, layers if experiment.has_skips else without_skips(layers), settings.skip)
    initialise(stack)
    return stack


def _build_resnet18(
    channels: int, experiment: ExperimentSettings, settings: NetworkSettings
) -> ResNet18 | LayerAttention:
    trunk = ResNet18(channels, settings.scaled, experiment.has_skips)
    initialise_resnet18(trunk)
    return LayerAttention(trunk) if experiment.attention == LAYER else trunk


def build_trunk(settings: NetworkSettings) -> Stack:
    """A whole F3DNet for single maps, without masks."""
    stack = Stack(1, without_skips(scaled_f3dnet(settings)), settings.skip)
    initialise_f3dnet(stack)
    return stack


def build_tail(settings: NetworkSettings) -> Stack:
    """F3DNet from behind its first site on, without masks; it takes the maps of that site."""
    layers = scaled_f3dnet(settings)
    place = _place(layers, SITES[0])
    first = layers[place]
    assert isinstance(first, Convolution)
    stack = Stack(first.channels, without_skips(layers[place + 1 :]), settings.skip)
    initialise_f3dnet(stack)
    return stack


def scaled_f3dnet(settings: NetworkSettings) -> list[Convolution | Pool]:
    """F3DNet's layers at this width."""
    return f3dnet_layers([settings.scaled(number) for number in settings.f3dnet_channels], settings.f3dnet_plan)


def _place(layers: list[Convolution | Pool], site: str) -> int:
    return next(place for place, layer in enumerate(layers) if isinstance(layer, Convolution) and layer.mask == site)
