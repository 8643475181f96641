"""What a network costs: parameters, and multiply-adds for one scan."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from ffnet.networks.fusion import CHANNELS, build_network
from ffnet.networks.settings import ExperimentSettings, NetworkSettings


def network_cost(network: nn.Module, inputs: dict[str, torch.Tensor]) -> tuple[int, int]:
    """(parameters, multiply-adds) of a FusionNet.

    inputs: those of one scan; the network and they may be on torch's device "meta", which computes shapes alone.
    Multiply-adds are those of convolutions and fully connected layers, as usual: without biases, normalisation, masks
    and pools.
    """
    with FlopCounterMode(display=False) as counter:
        network(inputs)
    return sum(parameter.numel() for parameter in network.parameters()), counter.get_total_flops() // 2


def row_cost(row: ExperimentSettings, networks: NetworkSettings, classes: int, side: int) -> tuple[int, int]:
    """(parameters, multiply-adds) of a row's network, which is built without memory for its weights.

    networks: the row's own. classes: number of outputs. side: of its maps, in pixels.
    """
    with torch.device("meta"):
        network = build_network(row, networks, classes)
        inputs = {modality: torch.empty(1, channels, side, side) for modality, channels in CHANNELS.items()}
        inputs |= {f"mask{k}": torch.empty(1, 1, side // 2**k, side // 2**k) for k in (1, 2)}
    return network_cost(network.eval(), inputs)
