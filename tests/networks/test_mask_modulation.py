import torch

from ffnet.networks.mask_modulation import MaskModulation


def test_it_starts_as_half_the_landmark_skip():
    maps, mask = torch.randn(2, 32, 6, 6), torch.rand(2, 1, 6, 6)
    torch.testing.assert_close(MaskModulation(32)(maps, mask), maps + mask * maps / 2)


def test_off_the_mask_maps_stay_as_they_are_whatever_is_learned():
    torch.manual_seed(0)
    modulation, maps = MaskModulation(16), torch.randn(2, 16, 6, 6)
    torch.nn.init.normal_(modulation.expand.weight)
    mask = torch.zeros(2, 1, 6, 6)
    assert torch.equal(modulation(maps, mask), maps)
    mask[:, :, :3] = 1
    changed = modulation(maps, mask)
    assert torch.equal(changed[:, :, 3:], maps[:, :, 3:]) and not torch.allclose(changed[:, :, :3], maps[:, :, :3])


def test_the_vectors_are_those_of_the_equation():
    torch.manual_seed(1)
    modulation, maps, mask = MaskModulation(4), torch.randn(1, 4, 3, 3), torch.rand(1, 1, 3, 3)
    torch.nn.init.normal_(modulation.expand.weight)
    everywhere, under = maps[0].flatten(1).mean(1), (maps * mask)[0].flatten(1).sum(1) / mask.sum()
    hidden = (modulation.reduce.weight @ torch.cat([everywhere, under]) + modulation.reduce.bias).relu()
    vectors = modulation.expand.weight @ hidden + modulation.expand.bias
    scale, shift = vectors[:4, None, None].sigmoid(), vectors[4:, None, None]
    torch.testing.assert_close(modulation(maps, mask)[0], maps[0] + mask[0] * (scale * maps[0] + shift))
