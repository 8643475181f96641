import torch

from ffnet.networks.deep_fusion import single_maps
from ffnet.networks.fusion import build_network


def test_single_maps_are_depth_three_of_normals_grey_and_curvature(inputs):
    maps = {name: inputs[name] for name in ("depth", "normals", "texture")} | {"curvature": torch.rand(2, 1, 112, 112)}
    singles = single_maps(maps)
    assert singles.shape == (2, 6, 112, 112)
    assert torch.equal(singles[:, :1], maps["depth"]) and torch.equal(singles[:, 1:4], maps["normals"])
    grey = torch.einsum("c,nchw->nhw", torch.tensor([0.299, 0.587, 0.114]), maps["texture"])
    torch.testing.assert_close(singles[:, 4], grey)
    assert torch.equal(singles[:, 5:], maps["curvature"])
    padded = {name: torch.nn.functional.pad(values, (0, 0, 0, 0, 0, 5)) for name, values in maps.items()}
    assert torch.equal(single_maps(padded), singles)


def test_one_trunk_sees_each_map_alone(config, paper, inputs):
    network = build_network(config.experiments["DF-CNN-like"], paper, 6).eval()
    fusion = network.meeting.fusion
    shapes, seen = [], []

    def look(layer, given, output):
        shapes.append((tuple(given[0].shape), tuple(output.shape)))
        seen.append(output)

    fusion.trunk.register_forward_hook(look)
    fusion.fuse.register_forward_hook(look)
    maps = network.senses.streams_of(inputs)
    fusion(maps)
    assert shapes == [((12, 1, 112, 112), (12, 512, 4, 4)), ((2, 3072, 4, 4), (2, 256, 4, 4))]
    alone = fusion.trunk(maps["depth"][1:], {})
    torch.testing.assert_close(seen[0][6:7], alone, rtol=1e-3, atol=1e-5)
    assert len(network.backbones) == 0


def test_a_feature_of_32_numbers_is_classified(config, paper):
    row = config.experiments["DF-CNN-like"]
    assert row.networks == {"fully_connected": [256, 32], "dropout": 0.5} and row.curvature == "shape_index"
