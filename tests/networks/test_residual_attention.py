import pytest
import torch
from torch.nn import functional

from ffnet.networks.residual_attention import Bottleneck, Hourglass, ResidualAttention, double


def test_twice_as_fine_is_torchs_bilinear_interpolation():
    maps = torch.rand(2, 3, 7, 9)
    expected = functional.interpolate(maps, scale_factor=2, mode="bilinear", align_corners=False)
    torch.testing.assert_close(double(maps), expected)


@pytest.mark.parametrize(("channels", "pools", "side"), [(8, 3, 56), (12, 2, 28), (8, 3, 58)])
def test_the_mask_has_the_shape_of_the_maps_and_lies_between_0_and_1(channels, pools, side):
    torch.manual_seed(0)
    attention, maps = ResidualAttention(channels, pools), torch.randn(2, channels, side, side)
    mask = attention.mask(maps)
    assert mask.shape == maps.shape and 0 < mask.min() < mask.max() < 1
    assert attention(maps, None).shape == maps.shape


def test_a_mask_of_zeros_is_the_plain_network():
    torch.manual_seed(0)
    attention, maps = ResidualAttention(8, 2), torch.randn(2, 8, 28, 28)
    with torch.no_grad():
        attention.last.change[-1].weight.zero_()  # the unit behind it passes everything
    attention.mask = torch.zeros_like
    assert torch.equal(attention(maps, None), maps)
    attention.mask = torch.ones_like
    assert torch.equal(attention(maps, None), 2 * maps)


def test_the_mask_branch_goes_down_to_seven_pixels():
    sides = []
    for channels, pools, side in ((8, 3, 56), (8, 2, 28)):
        hourglass = Hourglass(channels, pools)
        for unit in hourglass.modules():
            if isinstance(unit, Bottleneck):
                unit.register_forward_hook(lambda _, given, out: sides.append(out.shape[2]))
        hourglass(torch.randn(1, channels, side, side))
        assert min(sides) == 7
    assert sides[:8] == [28, 14, 7, 7, 14, 14, 28, 28]  # down, down, two at the bottom, around and up


def test_four_of_the_published_places_have_about_as_many_weights_as_the_authors_code():
    """2.2 million, counted in the code of DA-CNN's first author; see docs/methods.md."""
    places = [(64, 4), (128, 3), (256, 2), (512, 1)]
    weights = sum(p.numel() for channels, pools in places for p in ResidualAttention(channels, pools).parameters())
    assert 2.1e6 < weights < 2.3e6
