import dataclasses

import pytest
import torch

from ffnet.networks.cost import network_cost
from ffnet.networks.fusion import build_network
from ffnet.networks.layers import Stack
from ffnet.networks.settings import ExperimentSettings
from ffnet.networks.vgg16_bn import vgg16_bn_layers

HEAD = 512 * 256 + 256 * 128


def cost_of(row, paper, inputs):
    network = build_network(ExperimentSettings(*row, masks="own", repeats=0), paper, 6)
    return network_cost(network, {name: values[:1] for name, values in inputs.items()})


@pytest.mark.parametrize(("modality", "channels"), [(0, 1), (1, 3)])
def test_f3dnet_costs_what_the_sizes_of_its_six_convolutions_say(paper, inputs, modality, channels):
    row = ["none"] * 3
    row[modality] = "f3dnet"
    parameters, multiply_adds = cost_of(row, paper, inputs)
    shapes = [(channels, 64, 5, 56), (64, 64, 5, 56), (64, 128, 3, 28), (128, 128, 3, 28), (128, 256, 3, 14)]
    shapes.append((256, 512, 3, 7))
    assert multiply_adds == sum(i * o * k * k * s * s for i, o, k, s in shapes) + HEAD + 128 * 6
    convolutions = sum(i * o * k * k + o + 2 * o for i, o, k, _ in shapes)
    assert parameters == convolutions + HEAD + 256 + 128 + 128 * 6 + 6


def test_vgg16_bn_costs_what_torchvision_publishes_and_torch_counts():
    from torch.utils.flop_counter import FlopCounterMode
    from torchvision.models import VGG16_BN_Weights, vgg16_bn

    class Alone(torch.nn.Module):
        """The stack without its masks, as a network."""

        def __init__(self):
            super().__init__()
            self.stack = Stack(3, vgg16_bn_layers(int), "before_relu")

        def forward(self, maps):
            return self.stack(maps, {"mask1": None, "mask2": None})

    with torch.device("meta"):
        alone, oracle, maps = Alone(), vgg16_bn(weights=None), torch.empty(1, 3, 112, 112)
        parameters, multiply_adds = network_cost(alone, maps)
        with FlopCounterMode(display=False) as counter:
            oracle.features(maps)
        _, at_224 = network_cost(alone, torch.empty(1, 3, 224, 224))
    assert 2 * multiply_adds == counter.get_total_flops()
    published = VGG16_BN_Weights.IMAGENET1K_V1.meta
    classifier = [(512 * 7 * 7, 4096), (4096, 4096), (4096, 1000)]
    assert (at_224 + sum(i * o for i, o in classifier)) / 1e9 == pytest.approx(published["_ops"], abs=0.005)
    assert parameters + sum(i * o + o for i, o in classifier) == published["num_params"]


def test_a_fused_network_costs_the_sum_of_its_streams_and_counts_masks_as_free(paper, inputs):
    kinds = ("f3dnet", "f3dnet", "vgg16_bn")
    alone = [[kind if place == i else "none" for place in range(3)] for i, kind in enumerate(kinds)]
    single = [cost_of(row, paper, inputs) for row in alone]
    parameters, multiply_adds = cost_of(kinds, paper, inputs)
    assert multiply_adds == sum(cost for _, cost in single)
    assert parameters == sum(count for count, _ in single) - 2 * 6  # one bias of the classifier for each class


def test_shapes_alone_cost_the_same_and_leave_no_hook(paper, inputs):
    settings = dataclasses.replace(paper, width=0.25)
    row = ExperimentSettings("f3dnet", "none", "vgg16_bn", masks="own", repeats=0)
    one = {name: values[:1] for name, values in inputs.items()}
    with torch.device("meta"):
        light = build_network(row, settings, 6)
    real = build_network(row, settings, 6)
    cost = network_cost(real, one)
    assert network_cost(light, {name: values.to("meta") for name, values in one.items()}) == cost
    assert network_cost(real, one) == cost  # no hook counts twice
    assert not any(layer._forward_hooks for layer in real.modules())
