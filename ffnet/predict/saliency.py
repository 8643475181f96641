"""The pixels behind a prediction, by integrated gradients."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch

from ffnet.networks.fusion import FusionNet

STEPS = 64  # points on the line from the baseline to the scan
AT_ONCE = 16  # points per batch
MASKS = ("mask1", "mask2")
Tensors = dict[str, torch.Tensor]


class Saliency(NamedTuple):
    """How much each pixel added to the lead of a class, which is its score minus the mean over all classes.

    maps: modality -> (S, S) float64, summed over channels. lead: at the scan. baseline: without the maps. The maps sum
    to lead - baseline, up to the error of STEPS points.
    """

    maps: dict[str, np.ndarray]
    lead: float
    baseline: float


def integrated_gradients(
    score: Callable[[Tensors], torch.Tensor], inputs: Tensors, baselines: Tensors, steps: int
) -> Tensors:
    """How much each input value moved a score (Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks,
    ICML 2017, equation 1), by the midpoint rule.

        A_i = (x_i - b_i) * mean over k = 1..steps of d score / d x_i at b + (k - 1/2) / steps * (x - b)

    score: maps name -> (n, ...) to (n,), row by row. inputs, baselines: name -> (1, ...), x and b. Returns name ->
    (1, ...). Their sum is score(x) - score(b): exactly if the score is quadratic along the line, else nearly.
    """
    totals = {name: torch.zeros_like(values) for name, values in inputs.items()}
    for fractions in ((torch.arange(steps) + 0.5) / steps).split(AT_ONCE):
        points = {
            name: torch.lerp(
                baselines[name], values, fractions.to(values).view(-1, *[1] * (values.dim() - 1))
            ).requires_grad_()
            for name, values in inputs.items()
        }
        gradients = torch.autograd.grad(score(points).sum(), list(points.values()))
        for name, gradient in zip(points, gradients, strict=True):
            totals[name] += gradient.sum(0, keepdim=True) / steps
    return {name: (inputs[name] - baselines[name]) * total for name, total in totals.items()}


def saliency(network: FusionNet, inputs: Tensors, label: int, steps: int = STEPS) -> Saliency:
    """The Saliency of one scan for the class `label`.

    network: in evaluation mode. inputs: (1, channels, H, W) each. The baseline has maps of 0, the value off the face,
    and the scan's own masks: its score is what the network gives without any map.
    """
    maps = {name: inputs[name] for name in network.senses.maps}
    masks = {name: inputs[name] for name in MASKS}

    def lead(points: Tensors) -> torch.Tensor:
        count = len(next(iter(points.values())))
        scores = network(points | {name: mask.expand(count, -1, -1, -1) for name, mask in masks.items()})
        return scores[:, label] - scores.mean(dim=1)

    empty = {name: torch.zeros_like(values) for name, values in maps.items()}
    attributions = integrated_gradients(lead, maps, empty, steps)
    with torch.no_grad():
        leads = [float(lead(points)) for points in (maps, empty)]
    return Saliency({name: values.sum(1)[0].double().numpy() for name, values in attributions.items()}, *leads)
