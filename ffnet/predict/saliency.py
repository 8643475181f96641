"""Which pixels moved a decision."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch

from ffnet.networks.fusion import FusionNet

STEPS = 64  # points on the line from the baseline to the scan
AT_ONCE = 16  # of them in memory
MASKS = ("mask1", "mask2")
Tensors = dict[str, torch.Tensor]


class Saliency(NamedTuple):
    """maps: modality -> (S, S) float64, what each pixel added to the class's lead over the mean of all classes, its
    channels added up. lead: at the scan. baseline: lead without the maps. The maps sum to lead - baseline, up to the
    error of STEPS points."""

    maps: dict[str, np.ndarray]
    lead: float
    baseline: float


def integrated_gradients(
    score: Callable[[Tensors], torch.Tensor], inputs: Tensors, baselines: Tensors, steps: int
) -> Tensors:
    """How much each value of some inputs moved a score (Sundararajan, Taly and Yan, Axiomatic Attribution for Deep
    Networks, ICML 2017, equation 1), by the midpoint rule.

        A_i = (x_i - b_i) * mean over k = 1..steps of d score / d x_i at b + (k - 1/2) / steps * (x - b)

    score: a function of name -> (n, ...) that gives (n,), row by row. inputs, baselines: name -> (1, ...), x and b.
    Returns name -> (1, ...). All together sum to score(x) - score(b): exactly where the score is of second degree
    along the line, else nearly.
    """
    totals = {name: torch.zeros_like(values) for name, values in inputs.items()}
    for places in ((torch.arange(steps) + 0.5) / steps).split(AT_ONCE):
        points = {
            name: torch.lerp(
                baselines[name], values, places.to(values).view(-1, *[1] * (values.dim() - 1))
            ).requires_grad_()
            for name, values in inputs.items()
        }
        gradients = torch.autograd.grad(score(points).sum(), list(points.values()))
        for name, gradient in zip(points, gradients, strict=True):
            totals[name] += gradient.sum(0, keepdim=True) / steps
    return {name: (inputs[name] - baselines[name]) * total for name, total in totals.items()}


def saliency(network: FusionNet, inputs: Tensors, label: int, steps: int = STEPS) -> Saliency:
    """The Saliency of one scan for the class `label`.

    network: FusionNet in evaluation mode. inputs: what it takes, (1, channels, H, W) each. The baseline is maps of 0,
    as they are off the face, under the scan's own masks: what remains is what the network says without having seen.
    """
    maps = {name: inputs[name] for name in network.backbones}
    masks = {name: inputs[name] for name in MASKS}

    def lead(points: Tensors) -> torch.Tensor:
        count = len(next(iter(points.values())))
        scores = network(points | {name: mask.expand(count, -1, -1, -1) for name, mask in masks.items()})
        return scores[:, label] - scores.mean(dim=1)

    nothing = {name: torch.zeros_like(values) for name, values in maps.items()}
    moved = integrated_gradients(lead, maps, nothing, steps)
    with torch.no_grad():
        ends = [float(lead(points)) for points in (maps, nothing)]
    return Saliency({name: values.sum(1)[0].double().numpy() for name, values in moved.items()}, *ends)
