"""VGG16 with batch normalisation, layer for layer as torchvision numbers it (torchvision takes 1.5 s to import)."""

from collections.abc import Callable

from torch import nn

from ffnet.networks.layers import Convolution, Pool, Stack

HALVE = Pool(kernel=2, stride=2, padding=0)  # 112, 56, 28, 14, 7, 3
BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
MASKED = {(1, 1): "mask1", (2, 1): "mask2"}  # (block, place in it): the fourth and the sixth convolution
IN_CHANNELS = 3


def vgg16_bn_layers(scaled: Callable[[int], int]) -> list[Convolution | Pool]:
    """Thirteen 3x3 convolutions in five blocks: 112x112 in, 3x3 out; masks at 56x56 and 28x28.

    scaled: function from the published number of channels to the number in use.
    """
    layers: list[Convolution | Pool] = []
    for block, channels in enumerate(BLOCKS):
        for place, published in enumerate(channels):
            layers.append(Convolution(scaled(published), 3, mask=MASKED.get((block, place))))
        layers.append(HALVE)
    return layers


def initialise_vgg16_bn(stack: Stack) -> None:
    """torchvision's start without pretrained weights: He's normal by fan-out, normalisation 1 and 0, in place."""
    for layer in stack:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            assert layer.bias is not None  # Stack's convolutions all have one
            nn.init.zeros_(layer.bias)
