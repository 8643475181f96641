"""F3DNet, the paper's network for smooth depth and normal maps (section 2.3)."""

from torch import nn

from ffnet.networks.layers import Convolution, Pool, Stack
from ffnet.networks.settings import Plan

HALVE = Pool(kernel=3, stride=2, padding=1)  # 112, 56, 28, 14, 7, 4


def f3dnet_layers(channels: list[int], plan: Plan) -> list[Convolution | Pool]:
    """Six convolutions (two 5x5, four 3x3) and four pools: 112x112 in, 4x4 out; masks at 56x56 and 28x28.

    channels: six numbers, the first two equal and the third and fourth equal, because the skips join them.
    plan: how 112 becomes 4. "stride": the first convolution steps by 2 and a pool ends the stack;
    "pool": a pool follows the first convolution and the last convolution steps by 2.
    """
    c1, c2, c3, c4, c5, c6 = channels
    first = [Convolution(c1, 5, stride=2)] if plan == "stride" else [Convolution(c1, 5), HALVE]
    last = [Convolution(c6, 3), HALVE] if plan == "stride" else [Convolution(c6, 3, stride=2)]
    return [
        *first,
        Convolution(c2, 5, mask="mask1"),
        HALVE,
        Convolution(c3, 3),
        Convolution(c4, 3, mask="mask2"),
        HALVE,
        Convolution(c5, 3),
        HALVE,
        *last,
    ]


def initialise_f3dnet(stack: Stack) -> None:
    """Convolutions N(0, 0.02^2), batch normalisation N(1, 0.02^2), biases 0 (section 3.2), in place."""
    for layer in stack:
        if isinstance(layer, nn.Conv2d):
            nn.init.normal_(layer.weight, 0.0, 0.02)
            assert layer.bias is not None  # Stack's convolutions all have one
            nn.init.zeros_(layer.bias)
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
            nn.init.zeros_(layer.bias)
