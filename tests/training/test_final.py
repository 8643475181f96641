import pytest
import torch
from safetensors.torch import save_file

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.networks.layers import Stack
from ffnet.networks.model_file import read_model
from ffnet.networks.vgg16_bn import vgg16_bn_layers
from ffnet.shards.hashes import data_hash
from ffnet.training.final import licence_note, train_final
from ffnet.training.loop import network_inputs, predict
from ffnet.training.precision import Precision

FFNET_M = ("f3dnet", "f3dnet", "vgg16_bn", True)
F3DNET = ("f3dnet", "none", "none", False)
CONDUCT = {"runs_per_gpu": 1, "save_every": 60.0, "final_models": []}
DATA = {"dataset": "demo", "layout": "bu3dfe", "synthetic": True, "preprocessing": {"unit": "mm"}}


@pytest.fixture
def split(tmp_path):
    """Five of the six subjects, in folds that must not matter."""
    path = tmp_path / "split.csv"
    path.write_text("subject,fold\n" + "".join(f"s0{number},{number % 2}\n" for number in range(5)))
    return path


def train_into(path, shards, split, settings, name="FFNet-M", threads=1):
    train_final(shards, split, name, settings | DATA, CONDUCT, "0123", threads, path.parent / "resume", path)
    return path


def test_the_file_holds_the_network_trained_on_the_selected_subjects_and_all_it_takes_to_predict(
    tmp_path, shards, split, settings_of, collection
):
    settings = settings_of(*F3DNET)
    model = read_model(train_into(tmp_path / "m.safetensors", shards, split, settings, "mine"))
    taken = collection.take(collection.subject != "s05")
    header = model.header
    assert header["trained_on"] == {"subjects": 5, "scans": 30, "data_sha256": data_hash(taken)}
    assert header["classes"] == list(EXPRESSIONS) and header["preprocessing"] == DATA["preprocessing"]
    assert header["experiment"]["depth"] == "f3dnet" and header["networks"]["width"] == 0.0625
    assert header["training"]["epochs"] == 2 and header["name"] == "mine" and header["synthetic"] is True
    assert header["run"]["code"] == "0123" and header["run"]["device"] == "cpu" and header["run"]["seed"] > 0
    assert set(header["versions"]) == {"python", "numpy", "torch"} and "generated faces" in header["licence"]


def test_it_learns(tmp_path, shards, split, settings_of, unseen):
    settings = settings_of(*F3DNET)
    settings["training"] |= {"epochs": 40, "batch": 6, "learning_rate": 0.003}
    model = read_model(train_into(tmp_path / "m.safetensors", shards, split, settings))
    probabilities = predict(
        model.network, network_inputs(unseen, torch.device("cpu")), 8, Precision(torch.device("cpu"), "none")
    )
    assert (probabilities.argmax(1) == unseen.label).mean() > 0.6  # chance: 1/6


def test_the_same_seed_gives_the_same_bytes_whatever_the_folds_and_another_seed_others(
    tmp_path, shards, split, settings_of
):
    settings = settings_of(*FFNET_M)
    first = train_into(tmp_path / "a.safetensors", shards, split, settings).read_bytes()
    split.write_text("subject,fold\n" + "".join(f"s0{number},0\n" for number in reversed(range(5))))
    assert train_into(tmp_path / "b.safetensors", shards[::-1], split, settings).read_bytes() == first
    settings["training"] |= {"seed": 1}
    other = read_model(train_into(tmp_path / "c.safetensors", shards, split, settings))
    before = read_model(tmp_path / "a.safetensors").network.classifier.weight
    assert not torch.allclose(other.network.classifier.weight, before, atol=1e-3)


def test_vgg_streams_start_from_the_pretrained_file(tmp_path, shards, split, settings_of):
    torch.manual_seed(0)
    save_file(Stack(3, vgg16_bn_layers(int), "before_relu").state_dict(), tmp_path / "w.safetensors")
    settings = settings_of("none", "none", "vgg16_bn", False)
    settings["networks"] |= {"width": 1.0, "pretrained": str(tmp_path / "w.safetensors")}
    settings["training"] |= {"epochs": 1, "learning_rate": 0.0}
    model = read_model(train_into(tmp_path / "m.safetensors", shards[1:], split, settings))
    torch.manual_seed(0)
    stack = Stack(3, vgg16_bn_layers(int), "before_relu")
    assert torch.equal(model.network.backbones["texture"][0].weight, stack[0].weight)
    assert len(model.header["run"]["pretrained_sha256"]) == 64
    assert "started from the weights in" in model.header["licence"]


def test_ridge_and_a_split_without_scans_are_refused_and_leave_no_file(tmp_path, shards, split, settings_of):
    with pytest.raises(InputError, match="experiments.floor: 'ridge' is no network"):
        train_into(tmp_path / "m.safetensors", shards, split, settings_of("ridge", "none", "none", False), "floor")
    split.write_text("subject,fold\nnobody,0\n")
    with pytest.raises(InputError, match="no subject of the split has a scan to train on"):
        train_into(tmp_path / "m.safetensors", shards, split, settings_of(*F3DNET))
    assert not (tmp_path / "m.safetensors").exists()


@pytest.mark.parametrize(
    ("told", "words", "others"),
    [
        (("demo", "bu3dfe", True, "none"), "generated faces (CC0)", ("terms of that", "ImageNet", "owners")),
        (("mine", "bu3dfe", False, "none"), "'mine', of the layout bu3dfe: the terms of that", ("CC0", "ImageNet")),
        (("mine", "manifest", False, "none"), "the scans of 'mine': whether", ("CC0", "terms of that")),
        (("mine", "manifest", False, "imagenet"), "trained on ImageNet", ("CC0",)),
        (("mine", "manifest", False, "a.pth"), "the weights in 'a.pth', whose terms", ("CC0", "ImageNet")),
    ],
)
def test_the_licence_note_names_whose_terms_apply(told, words, others):
    note = licence_note(*told)
    assert words in note and "68-point model, which excludes commercial use" in note
    assert not any(other in note for other in others) and "{" not in note
