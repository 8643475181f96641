import dataclasses
import json
import random
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file, save_file

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.networks.fusion import build_network
from ffnet.networks.model_file import read_model, write_model
from ffnet.networks.settings import ExperimentSettings

FFNET_M = ExperimentSettings("f3dnet", "f3dnet", "vgg16_bn", masks="own", repeats=0)


@pytest.fixture
def small(paper):
    return dataclasses.replace(paper, width=0.0625)


@pytest.fixture
def header(small):
    return {
        "name": "FFNet-M",
        "experiment": dataclasses.asdict(FFNET_M),
        "networks": dataclasses.asdict(small),
        "classes": list(EXPRESSIONS),
        "preprocessing": {"unit": "mm"},
        "note": "é",
    }


@pytest.fixture
def network(small):
    torch.manual_seed(4)
    return build_network(FFNET_M, small, 6).to(memory_format=torch.channels_last)


@pytest.fixture
def path(tmp_path, network, header):
    write_model(tmp_path / "m.safetensors", network, header)
    return tmp_path / "m.safetensors"


def test_what_is_read_predicts_bit_for_bit_what_was_written(path, network, header, inputs):
    network.train()(inputs)  # so that the running statistics are no start values
    write_model(path, network, header)
    model = read_model(path)
    assert torch.equal(model.network(inputs), network.eval()(inputs))
    assert not model.network.training
    assert {key: model.header[key] for key in header} == json.loads(json.dumps(header))
    assert (model.header["format"], model.header["version"]) == ("FFNet-M model", 2)


def test_the_same_network_gives_the_same_bytes(path, network, header):
    before = path.read_bytes()
    for _ in range(5):
        write_model(path, network, dict(reversed(header.items())))
        assert path.read_bytes() == before


def test_it_may_be_read_by_whoever_may_read_other_files(path):
    path.with_name("other").touch()
    assert path.stat().st_mode == path.with_name("other").stat().st_mode


def rewritten(path, change_header, change_tensors=lambda tensors: None):
    """The file again after changes of its header and of its tensors."""
    header, tensors = read_model(path).header, load_file(path)
    change_header(header)
    change_tensors(tensors)
    save_file(tensors, path, {"ffnet": json.dumps(header)})


def transposed(tensors):
    tensors["classifier.weight"] = tensors["classifier.weight"].T.contiguous()


@pytest.mark.parametrize(
    ("told", "tensors", "message"),
    [
        ({"version": 1}, None, "expected a model of version 2, found 1"),
        ({"format": "other"}, None, "a safetensors file, but not a model of this program"),
        ({"classes": ["a", "b"]}, None, r"'classifier.weight' is F32 \(6, 24\), but its header asks for F32 \(2, 24\)"),
        ({"classes": "abcdef"}, None, "does not describe a network with named classes"),
        ({"classes": [1, 2, 3, 4, 5, 6]}, None, "does not describe a network with named classes"),
        ({}, transposed, r"'classifier.weight' is F32 \(24, 6\), but its header asks for F32 \(6, 24\)"),
        ({}, lambda t: t.update({"classifier.bias": t["classifier.bias"].half()}), r"'classifier.bias' is F16 \(6,\)"),
        ({}, lambda t: t.pop("classifier.bias"), "'classifier.bias' is missing in a model of FFNet-M"),
        ({}, lambda t: t.update(more=torch.ones(1)), "'more' is unexpected in a model of FFNet-M"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_in_one_sentence(path, told, tensors, message):
    rewritten(path, lambda found: found.update(told), tensors or (lambda found: None))
    with pytest.raises(InputError, match=f"m.safetensors: .*{message}"):
        read_model(path)


@pytest.mark.parametrize("key", ["name", "experiment", "networks", "classes", "preprocessing"])
def test_a_header_that_lacks_something_is_refused_by_name(path, key):
    rewritten(path, lambda header: header.pop(key))
    with pytest.raises(InputError, match=f"its header lacks '{key}'"):
        read_model(path)


@pytest.mark.parametrize(
    ("section", "change", "message"),
    [
        ("networks", {"width": 17.0}, "networks.width: expected at most 16.0, found 17"),
        ("networks", {"f3dnet_channels": [10**12] * 6}, "a network of impossible size"),
        ("networks", {"dropuot": 0.1}, "networks: unknown key 'dropuot'; did you mean 'dropout'"),
        ("experiment", {"depth": "resnet"}, "experiment.depth: 'resnet' is not one of"),
        ("experiment", {"depth": "ridge"}, "'ridge' cannot be fused with a network"),
    ],
)
def test_a_header_of_another_architecture_is_refused_by_key_before_memory_is_taken(path, section, change, message):
    rewritten(path, lambda header: header[section].update(change))
    with pytest.raises(InputError, match=message):
        read_model(path)


def test_other_safetensors_and_headers_that_are_no_text_of_ours_are_refused(path):
    for metadata in (None, {"other": "x"}, {"ffnet": "{"}, {"ffnet": "[1]"}):
        save_file({"a": torch.ones(2)}, path, metadata)
        with pytest.raises(InputError, match="a safetensors file, but not a model of this program"):
            read_model(path)


def test_a_missing_file_and_one_of_a_ridge_are_refused(path):
    with pytest.raises(InputError, match="nowhere.safetensors: cannot be read"):
        read_model(path.with_name("nowhere.safetensors"))
    ridge = dict.fromkeys(("depth", "normals", "texture"), "ridge") | {"masks": "none"}
    rewritten(path, lambda header: header["experiment"].update(ridge))
    with pytest.raises(InputError, match="does not describe a network"):
        read_model(path)


def test_a_file_cut_anywhere_is_refused(path):
    data, places = path.read_bytes(), random.Random(0)
    for length in (0, 4, 8, 100, len(data) - 1, *(places.randrange(len(data)) for _ in range(20))):
        path.write_bytes(data[:length])
        with pytest.raises(InputError, match="m.safetensors: not a whole model file"):
            read_model(path)


def test_bytes_changed_in_the_header_are_refused_or_change_no_shape(path):
    data, places = path.read_bytes(), random.Random(1)
    refused = 0
    for _ in range(200):
        changed = bytearray(data)
        changed[places.randrange(3000)] = places.randrange(256)
        path.write_bytes(changed)
        try:
            read_model(path)
        except InputError:
            refused += 1
    assert refused > 50


def test_reading_takes_no_memory_for_weights_that_are_not_there(path):
    """A header that asks for 16 times the width is refused within little memory."""
    rewritten(path, lambda header: header["networks"].update(width=16.0))
    code = (
        "import resource, sys\nfrom ffnet.errors import InputError\nfrom ffnet.networks.model_file import read_model\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: read_model(sys.argv[1])\nexcept InputError as error: print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    message, grown = done.stdout.splitlines()
    assert "but its header asks for" in message
    assert int(grown) < 100_000  # KiB
