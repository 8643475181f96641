"""What a network costs: parameters, and multiply-adds for one scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    import torch


def network_cost(network: nn.Module, inputs: dict[str, torch.Tensor]) -> tuple[int, int]:
    """(parameters, multiply-adds) of a FusionNet.

    inputs: those of one scan; the network and they may be on torch's device "meta", which computes shapes alone.
    Multiply-adds are those of convolutions and fully connected layers, as usual: out * in for each output pixel and
    each place of the kernel, without biases, normalisation, masks and pools.
    """
    counts: list[int] = []

    def count(layer: nn.Conv2d | nn.Linear, given: tuple, output: torch.Tensor) -> None:
        places = output[0].numel() if isinstance(layer, nn.Conv2d) else layer.out_features
        counts.append(places * layer.weight[0].numel())

    layers = [layer for layer in network.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    network(inputs)
    for hook in hooks:
        hook.remove()
    return sum(parameter.numel() for parameter in network.parameters()), sum(counts)
