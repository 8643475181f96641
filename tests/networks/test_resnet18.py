import torch
from torchvision.models import resnet18

from ffnet.networks.resnet18 import ResNet18, initialise_resnet18

OPEN = {"mask1": None, "mask2": None}


def test_it_is_torchvisions_number_for_number_with_its_weights(inputs):
    torch.manual_seed(0)
    theirs = resnet18(weights=None)
    ours = ResNet18(3, int, skips=False)
    state = {name: values for name, values in theirs.state_dict().items() if not name.startswith("fc.")}
    ours.load_state_dict(state)  # strict: the same names and shapes
    maps = inputs["texture"]
    for network in (ours, theirs):
        network.train()  # running statistics move, too
    theirs.fc = torch.nn.Identity()
    assert torch.equal(ours(maps, OPEN).mean(dim=(2, 3)), theirs(maps))
    for network in (ours, theirs):
        network.eval()
    assert torch.equal(ours(maps, OPEN).mean(dim=(2, 3)), theirs(maps))


def test_it_starts_as_torchvisions_does():
    torch.manual_seed(3)
    ours = ResNet18(3, int, skips=False)
    initialise_resnet18(ours)
    torch.manual_seed(4)
    theirs = resnet18(weights=None).state_dict()
    for name, values in ours.state_dict().items():
        expected, count = theirs[name].float(), values.numel()
        if values.ndim < 2:
            assert torch.equal(values.float(), expected), name
            continue
        assert abs(values.mean()) < 5 * expected.std() / count**0.5, name
        torch.testing.assert_close(values.std(), expected.std(), rtol=5 * 2**0.5 / count**0.5, atol=0)


def test_its_maps_have_the_sizes_of_the_masks_where_these_come_in(inputs):
    network, sizes = ResNet18(3, int, skips=False), []

    def look(name):
        return lambda maps, mask: sizes.append((name, tuple(maps.shape[1:]))) or maps

    stem, stages = network.stages(inputs["texture"], OPEN, {name: look(name) for name in ("mask1", "mask2")})
    assert sizes == [("mask1", (64, 56, 56)), ("mask2", (64, 28, 28))]
    assert network.channels == {"mask1": 64, "mask2": 64}
    assert [tuple(maps.shape[1:]) for maps in (stem, *stages)] == [
        (64, 28, 28), (64, 28, 28), (128, 14, 14), (256, 7, 7), (512, 4, 4),
    ]  # fmt: skip


def test_masks_of_zeros_are_no_masks_and_each_mask_matters(inputs):
    torch.manual_seed(1)
    masked, plain = ResNet18(3, lambda n: n // 8, skips=True), ResNet18(3, lambda n: n // 8, skips=False)
    plain.load_state_dict(masked.state_dict())
    masks = {name: inputs[name] for name in ("mask1", "mask2")}
    zeros = {name: torch.zeros_like(mask) for name, mask in masks.items()}
    maps = inputs["texture"]
    assert torch.equal(masked(maps, zeros), plain(maps, masks))
    for name in masks:
        assert not torch.allclose(masked(maps, masks), masked(maps, masks | {name: zeros[name]}))
    ones = {name: torch.ones_like(mask) for name, mask in masks.items()}
    assert torch.equal(masked(maps, ones), masked(maps, OPEN))
