import torch

from ffnet.networks.layers import Stack, without_skips
from ffnet.networks.vgg16_bn import initialise_vgg16_bn, vgg16_bn_layers


def test_without_masks_features_equal_torchvisions_number_for_number():
    from torchvision.models import vgg16_bn

    torch.manual_seed(0)
    oracle = vgg16_bn(weights=None).features
    ours = Stack(3, without_skips(vgg16_bn_layers(int)), "before_relu")
    ours.load_state_dict(oracle.state_dict())
    maps = torch.randn(2, 3, 112, 112)
    for mode in (True, False):  # training first, so that the running statistics are compared as well
        expected, got = oracle.train(mode)(maps), ours.train(mode)(maps, {})
        assert torch.equal(got, expected)
        assert got.shape == (2, 512, 3, 3)


def test_it_starts_as_torchvisions_does():
    from torchvision.models import vgg16_bn

    torch.manual_seed(0)
    oracle = vgg16_bn(weights=None).features
    ours = Stack(3, vgg16_bn_layers(int), "before_relu")
    initialise_vgg16_bn(ours)
    for (name, theirs), values in zip(oracle.state_dict().items(), ours.state_dict().values(), strict=True):
        if theirs.dtype == torch.float32 and theirs.numel() > 5000:
            assert abs(values.std() / theirs.std() - 1) < 0.05, name
        elif theirs.dtype == torch.float32 and theirs.ndim == 1:
            assert torch.equal(values, theirs), name
