import dataclasses

import torch

from ffnet.networks.adaptive_fusion import ImportanceWeights
from ffnet.networks.fusion import build_network


def test_the_weights_of_a_scan_are_positive_and_add_up_to_1():
    torch.manual_seed(0)
    join = ImportanceWeights({"depth": 4, "texture": 6}, 5)
    alike = {"depth": 9 * torch.randn(7, 5, 3, 3), "texture": torch.randn(7, 5, 3, 3)}
    weights = join.weights(alike)
    assert weights.shape == (7, 2) and weights.min() > 0
    torch.testing.assert_close(weights.sum(1), torch.ones(7))
    assert weights.std(dim=0).min() > 0.01  # each scan has its own


def test_equal_importance_is_the_mean_of_the_streams_and_one_that_outweighs_is_alone():
    torch.manual_seed(0)
    join = ImportanceWeights({"depth": 4, "texture": 6}, 5)
    maps = {"depth": torch.randn(2, 4, 3, 3), "texture": torch.randn(2, 6, 3, 3)}
    depth, texture = (join.alike[name](values) for name, values in maps.items())
    with torch.no_grad():
        for layer in join.importance.values():
            layer.weight.zero_()
            layer.bias.zero_()
        torch.testing.assert_close(join(maps), (depth + texture) / 2)
        join.importance["texture"].bias.fill_(100)
        torch.testing.assert_close(join(maps), texture)


def test_streams_end_at_the_second_site_where_a_third_network_takes_over(config, paper, inputs):
    row = config.experiments["AFNet-M-like"]
    network, shapes = build_network(row, paper, 6), {}
    fusion = network.meeting.fusion
    for site, join in fusion.join.items():
        join.register_forward_hook(
            lambda _, given, out, s=site: shapes.update(
                {s: ({k: tuple(v.shape[1:]) for k, v in given[0].items()}, tuple(out.shape[1:]))}
            )
        )
    fusion.register_forward_hook(lambda _, given, out: shapes.update(end=tuple(out.shape[1:])))
    network(inputs)
    assert shapes == {
        "mask1": ({"depth": (64, 56, 56), "texture": (128, 56, 56)}, (64, 56, 56)),
        "mask2": ({"depth": (128, 28, 28), "texture": (256, 28, 28)}, (128, 28, 28)),
        "end": (512, 4, 4),
    }
    assert network.classifier.in_features == 128
    count = sum(p.numel() for p in network.parameters())
    concat = build_network(dataclasses.replace(row, fusion="concat"), paper, 6)
    assert count < sum(p.numel() for p in concat.parameters()) / 2  # the paper's claim: fewer
