"""What a network costs: parameters, and multiply-adds for one scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn
from torch.utils.flop_counter import FlopCounterMode

if TYPE_CHECKING:
    import torch


def network_cost(network: nn.Module, inputs: dict[str, torch.Tensor]) -> tuple[int, int]:
    """(parameters, multiply-adds) of a FusionNet.

    inputs: those of one scan; the network and they may be on torch's device "meta", which computes shapes alone.
    Multiply-adds are those of convolutions and fully connected layers, as usual: without biases, normalisation, masks
    and pools.
    """
    with FlopCounterMode(display=False) as counter:
        network(inputs)
    return sum(parameter.numel() for parameter in network.parameters()), counter.get_total_flops() // 2
