import dataclasses
import hashlib
import io
import json
import random
import warnings

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save, save_file

from ffnet.errors import InputError
from ffnet.networks.fusion import build_network
from ffnet.networks.layers import Stack
from ffnet.networks.pretrained import read_features, start_from_pretrained, write_features
from ffnet.networks.settings import ExperimentSettings
from ffnet.networks.vgg16_bn import vgg16_bn_layers

FFNET_M = ExperimentSettings("f3dnet", "f3dnet", "vgg16_bn", masks="own", repeats=1)


@pytest.fixture(scope="session")
def features():
    """Features as after some training: nothing is 0 or 1 by chance."""
    torch.manual_seed(3)
    state = Stack(3, vgg16_bn_layers(int), "before_relu").state_dict()
    return {
        name: torch.rand(values.shape) * 0.02 if values.is_floating_point() else torch.tensor(7)
        for name, values in state.items()
    }


def whole(features):
    """As torchvision's file names them, with a classifier that nobody wants."""
    return {f"features.{name}": values for name, values in features.items()} | {"classifier.0.weight": torch.ones(2)}


def test_torchvisions_own_state_gives_torchvisions_own_numbers(tmp_path, paper):
    from torchvision.models import vgg16_bn

    torch.manual_seed(0)
    oracle = vgg16_bn(weights=None, num_classes=2)
    oracle.classifier = torch.nn.Identity()
    torch.save(oracle.state_dict(), tmp_path / "vgg.pth")
    experiment = ExperimentSettings("none", "none", "vgg16_bn", masks="none", repeats=1)
    settings = dataclasses.replace(paper, pretrained=str(tmp_path / "vgg.pth"))
    network = build_network(experiment, settings, 6)
    start_from_pretrained(network, experiment, settings)
    maps = torch.randn(2, 3, 112, 112)
    assert torch.equal(network.eval().backbones["texture"](maps, {}), oracle.eval().features(maps))


@pytest.mark.parametrize("kind", ["zip", "legacy", "safetensors", "bare names"])
def test_every_kind_of_file_gives_the_same_features(tmp_path, features, kind):
    path = tmp_path / ("w.safetensors" if kind in ("safetensors", "bare names") else "w.pth")
    if path.suffix == ".pth":
        torch.save(whole(features), path, _use_new_zipfile_serialization=kind == "zip")
    else:
        save_file(whole(features) if kind == "safetensors" else features, path)
    read = read_features(path)
    assert list(read) == list(features)
    assert all(torch.equal(read[name], values) for name, values in features.items())


def test_what_the_rule_leaves_is_read_back_and_names_its_source(tmp_path, features):
    (tmp_path / "source.pth").write_bytes(b"anything")
    write_features(tmp_path / "f.safetensors", features, tmp_path / "source.pth")
    read = read_features(tmp_path / "f.safetensors")
    assert all(torch.equal(read[name], values) for name, values in features.items())
    with safe_open(tmp_path / "f.safetensors", framework="pt") as file:
        source = json.loads(file.metadata()["source"])
    assert source == {"file": "source.pth", "sha256": hashlib.sha256(b"anything").hexdigest()}


def test_old_files_without_a_count_of_batches_begin_at_0(tmp_path, features):
    old = {name: values for name, values in whole(features).items() if "num_batches" not in name}
    save_file(old, tmp_path / "old.safetensors")
    read = read_features(tmp_path / "old.safetensors")
    assert read["1.num_batches_tracked"] == 0 and torch.equal(read["0.weight"], features["0.weight"])


def test_every_vgg_stream_starts_from_the_file_and_nothing_else_does(tmp_path, features, paper):
    save_file(features, tmp_path / "f.safetensors")
    both = dataclasses.replace(FFNET_M, normals="vgg16_bn")
    settings = dataclasses.replace(paper, pretrained=str(tmp_path / "f.safetensors"))
    network, plain = (torch.manual_seed(1) and build_network(both, settings, 6) for _ in range(2))
    start_from_pretrained(plain, both, paper)  # none: left as it is
    start_from_pretrained(network, both, settings)
    for modality in ("normals", "texture"):
        state = network.backbones[modality].state_dict()
        assert all(torch.equal(state[name], values) for name, values in features.items())
    before, after = plain.state_dict(), network.state_dict()
    changed = {".".join(name.split(".")[:2]) for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"backbones.normals", "backbones.texture"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"3.weight": None}, "'3.weight' is missing; these are not the weights of VGG16-BN"),
        (
            {"3.weight": torch.zeros(64, 32, 3, 3)},
            r"'3.weight': expected the shape \(64, 64, 3, 3\), found \(64, 32, 3, 3\)",
        ),
        ({"0.bias": torch.full((64,), torch.nan)}, "'0.bias' has values that are not finite"),
    ],
)
def test_weights_of_another_network_are_refused(tmp_path, features, change, message):
    kept = {name: values for name, values in (features | change).items() if values is not None}
    torch.save(whole(kept), tmp_path / "w.pth")
    with pytest.raises(InputError, match=message):
        read_features(tmp_path / "w.pth")


def test_a_file_that_holds_no_names_or_could_run_code_is_refused(tmp_path):
    torch.save([torch.ones(2)], tmp_path / "list.pth")
    with pytest.raises(InputError, match="list.pth: expected weights by name, found a list"):
        read_features(tmp_path / "list.pth")
    torch.save(torch.nn.Linear(2, 2), tmp_path / "module.pth")
    with pytest.raises(InputError, match="module.pth: cannot be read as weights"):
        read_features(tmp_path / "module.pth")


def damaged(data, number):
    """Cut, with other bytes in it, or something else altogether."""
    if number % 3 == 0:
        return data[: random.randrange(len(data))]
    if number % 3 == 1:
        changed = bytearray(data)
        for _ in range(5):
            changed[random.randrange(len(data))] = random.randrange(256)
        return bytes(changed)
    return random.randbytes(random.randrange(300))


@pytest.mark.parametrize("kind", ["zip", "legacy", "safetensors"])
def test_two_hundred_damaged_files_end_in_a_message_that_names_them(tmp_path, kind):
    random.seed(0)
    small, stream = {"features.0.weight": torch.rand(4, 3, 3, 3), "features.0.bias": torch.rand(4)}, io.BytesIO()
    torch.save(small, stream, _use_new_zipfile_serialization=kind == "zip")
    data = save(small) if kind == "safetensors" else stream.getvalue()
    path = tmp_path / ("w.safetensors" if kind == "safetensors" else "w.pth")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, of odd protocols
        for number in range(200):
            path.write_bytes(damaged(data, number))
            with pytest.raises(InputError, match=path.name):
                read_features(path)
