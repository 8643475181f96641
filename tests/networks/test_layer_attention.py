"""AMDFN as its authors' code has it, at 112 pixels."""

import pytest
import torch
from torch.nn import functional

from ffnet.networks.fusion import build_network
from ffnet.networks.layer_attention import LayerGates, pool


@pytest.fixture
def amdfn(config, paper):
    return build_network(config.experiments["AMDFN"], paper, 6)


def parameters(module):
    return sum(values.numel() for values in module.parameters())


def test_its_layers_have_the_shapes_of_the_authors_code(amdfn, inputs):
    (backbone,) = amdfn.backbones.values()
    shapes = {}
    for name, layer in backbone.named_modules():
        if isinstance(layer, torch.nn.Conv2d) and not name.startswith("trunk.layer"):
            layer.register_forward_hook(
                lambda _, given, out, n=name: shapes.update({n: (given[0].shape[1:], out.shape[1:])})
            )
    scores = amdfn.eval()(inputs)
    assert {name: (tuple(given), tuple(out)) for name, (given, out) in shapes.items()} == {
        "trunk.conv1": ((8, 112, 112), (64, 56, 56)),  # texture, shape index, depth and three of normals
        "alike.0": ((64, 4, 4), (512, 4, 4)),
        "alike.1": ((128, 4, 4), (512, 4, 4)),
        "alike.2": ((256, 4, 4), (512, 4, 4)),
        "join": ((2560, 4, 4), (512, 4, 4)),
    }
    assert backbone.trunk.conv1.kernel_size == (7, 7) and backbone.trunk.conv1.stride == (2, 2)
    assert amdfn.classifier.in_features == 512 and scores.shape == (2, 6)


def test_it_has_as_many_parameters_as_its_layers_say(amdfn):
    trunk = 11_176_512 + (8 - 3) * 64 * 7 * 7  # ResNet18 without its classifier, whose stem takes 8 channels
    alike = sum(512 * (9 * width + 1) for width in (64, 128, 256))
    assert parameters(amdfn) == trunk + alike + (4 * 4 + 4) + 512 * (9 * 2560 + 1) + 6 * (512 + 1) == 25_058_202


def test_gates_are_at_least_a_half_as_a_relu_comes_before_the_sigmoid():
    gates = LayerGates(4)
    with torch.no_grad():
        gates.fc.weight.copy_(-torch.eye(4))
        gates.fc.bias.copy_(torch.tensor([0.0, 0.0, 0.0, 3.0]))
    maps = [torch.full((2, 5, 3, 3), float(k)) for k in range(4)]
    expected = torch.tensor([0.5, 0.5, 0.5, 0.5]).expand(2, 4)  # of means 0, -1, -2 and -3 + 3
    torch.testing.assert_close(gates(maps), expected)
    with torch.no_grad():
        gates.fc.weight.neg_()
    torch.testing.assert_close(gates(maps)[0], torch.tensor([0.0, 1.0, 2.0, 6.0]).sigmoid())


def test_the_gates_scale_the_stages(amdfn, inputs):
    (backbone,) = amdfn.eval().backbones.values()
    maps = torch.rand(1, 8, 112, 112)
    with torch.no_grad():
        backbone.gates.fc.weight.zero_()
        backbone.gates.fc.bias.zero_()  # each gate is a half
        stem, stages = backbone.trunk.stages(maps, {"mask1": None, "mask2": None})
        pooled = [functional.adaptive_max_pool2d(stages[0], 4), pool(stages[1], 4, 4), pool(stages[2], 2, 4)]
        alike = [
            convolve(values)
            for convolve, values in zip(backbone.alike, [pool(stages[0], 8, 4), *pooled[1:]], strict=True)
        ]
        joined = torch.cat([values / 2 for values in [*alike, stages[3]]] + [stages[3]], dim=1)
        expected = backbone.join(joined) + backbone.alike[0](pool(stem, 8, 4))
        torch.testing.assert_close(backbone(maps, {"mask1": None, "mask2": None}), expected)


def test_pools_by_8_4_and_2_end_on_the_last_stages_grid():
    maps = torch.rand(1, 1, 28, 28)
    pooled = pool(maps, 8, 4)
    assert pooled[0, 0, 0, 0] == maps[0, 0, :6, :6].max() and pooled[0, 0, 1, 2] == maps[0, 0, 6:14, 14:22].max()
    assert pool(torch.rand(1, 1, 14, 14), 4, 4).shape == pool(torch.rand(1, 1, 7, 7), 2, 4).shape == (1, 1, 4, 4)
    full = torch.rand(1, 1, 56, 56)
    assert torch.equal(pool(full, 8, 7), functional.max_pool2d(full, 8))


def test_channels_are_those_of_the_maps_in_their_order(amdfn, inputs):
    joined = amdfn.senses.streams_of(inputs)["early"]
    assert torch.equal(joined[:, :1], inputs["depth"]) and torch.equal(joined[:, 1:4], inputs["normals"])
    assert torch.equal(joined[:, 4:7], inputs["texture"]) and joined[:, 7].abs().max() <= 1
