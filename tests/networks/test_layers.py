import pytest
import torch

from ffnet.errors import InputError
from ffnet.networks.layers import Convolution, Pool, Stack, without_skips

LAYERS = [Convolution(2, 3), Convolution(2, 3, mask="mask1"), Pool(2, 2, 0)]


def stack_and_input(skip):
    torch.manual_seed(0)
    stack = Stack(1, LAYERS, skip).eval()
    stack[4].running_mean += torch.tensor([0.3, -0.2])  # so that the normalisation is no identity
    return stack, torch.randn(3, 1, 8, 8), torch.rand(3, 1, 8, 8)


def by_hand(stack, maps):
    """What comes into the masked convolution, and that convolution normalised."""
    before = stack[2](stack[1](stack[0](maps)))
    return before, stack[4](stack[3](before))


def test_the_skip_is_relu_of_normalised_convolution_plus_masked_input():
    stack, maps, mask = stack_and_input("before_relu")
    before, after = by_hand(stack, maps)
    expected = stack[6](torch.relu(after + before * mask))
    assert torch.equal(stack(maps, {"mask1": mask}), expected)


def test_the_other_order_adds_the_masked_input_behind_the_relu():
    stack, maps, mask = stack_and_input("after_relu")
    before, after = by_hand(stack, maps)
    expected = stack[6](torch.relu(after) + before * mask)
    assert torch.equal(stack(maps, {"mask1": mask}), expected)


def test_without_a_mask_the_skip_has_weight_one():
    stack, maps, mask = stack_and_input("before_relu")
    assert torch.equal(stack(maps, {"mask1": None}), stack(maps, {"mask1": torch.ones_like(mask)}))


def test_without_skips_is_a_plain_chain():
    stack = Stack(1, without_skips(LAYERS), "before_relu")
    assert stack.skips == {}
    maps = torch.randn(3, 1, 8, 8)
    assert torch.equal(stack.eval()(maps, {}), torch.nn.Sequential(*stack).eval()(maps))


def test_a_skip_over_different_channels_is_refused():
    with pytest.raises(InputError, match="joins 2 channels to 3; they must be equal"):
        Stack(1, [Convolution(2, 3), Convolution(3, 3, mask="mask1")], "before_relu")
