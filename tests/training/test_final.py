import dataclasses

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.networks.layers import Stack
from ffnet.networks.model_file import read_model
from ffnet.networks.vgg16_bn import vgg16_bn_layers
from ffnet.origin import SYNTHETIC
from ffnet.shards.hashes import data_hash
from ffnet.training.final import licence_note, train_final, write_final
from ffnet.training.loop import network_inputs, predict
from ffnet.training.precision import Precision
from ffnet.training.recipe import ModelSource
from tests.training.conftest import session_in

FFNET_M = ("f3dnet", "f3dnet", "vgg16_bn", "own")
F3DNET = ("f3dnet", "none", "none", "none")


@pytest.fixture
def source(config):
    return ModelSource("demo", "bu3dfe", config.preprocessing("mm", "gridfit"))


@pytest.fixture
def train_into(source):
    """A function: the path of a model that it trained on a collection."""

    def go(path, collection, recipe, name="FFNet-M"):
        write_final(path, name, collection, recipe, source, SYNTHETIC, session_in(path.parent))
        return path

    return go


def changed(recipe, part, **changes):
    """A recipe with other values in one of its parts."""
    return dataclasses.replace(recipe, **{part: dataclasses.replace(getattr(recipe, part), **changes)})


def test_the_file_holds_the_network_trained_on_all_scans_and_all_it_takes_to_predict(
    tmp_path, collection, recipe_of, source, train_into
):
    header = read_model(train_into(tmp_path / "m.safetensors", collection, recipe_of(*F3DNET), "mine")).header
    assert header["trained_on"] == {
        "subjects": 6,
        "names": [f"s{number:02d}" for number in range(6)],
        "scans": 36,
        "data_sha256": data_hash(collection),
    }
    assert header["classes"] == list(EXPRESSIONS)
    assert header["preprocessing"]["maps"]["size"] == source.preprocessing.maps.size
    assert header["experiment"]["depth"] == "f3dnet" and header["networks"]["width"] == 0.0625
    assert header["training"]["epochs"] == 2 and header["name"] == "mine" and header["synthetic"] is True
    assert header["run"]["code"] == "code" and header["run"]["device"] == "cpu" and header["run"]["seed"] > 0
    assert set(header["versions"]) == {"python", "numpy", "torch"} and "generated faces" in header["licence"]


def test_it_learns(tmp_path, collection, recipe_of, unseen, train_into):
    recipe = changed(recipe_of(*F3DNET), "training", epochs=40, batch=6, learning_rate=0.003)
    model = read_model(train_into(tmp_path / "m.safetensors", collection, recipe))
    cpu = torch.device("cpu")
    probabilities = predict(model.network, network_inputs(unseen, cpu), 8, Precision(cpu, "none"))
    assert (probabilities.argmax(1) == unseen.label).mean() > 0.6  # chance: 1/6


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path, collection, recipe_of, train_into):
    recipe = recipe_of(*FFNET_M)
    first = train_into(tmp_path / "a.safetensors", collection, recipe).read_bytes()
    assert train_into(tmp_path / "b.safetensors", collection, recipe).read_bytes() == first
    other = read_model(train_into(tmp_path / "c.safetensors", collection, changed(recipe, "training", seed=1)))
    before = read_model(tmp_path / "a.safetensors").network.classifier.weight
    assert not torch.allclose(other.network.classifier.weight, before, atol=1e-3)


def test_vgg_streams_start_from_the_pretrained_file(tmp_path, collection, recipe_of, train_into):
    torch.manual_seed(0)
    save_file(Stack(3, vgg16_bn_layers(int), "before_relu").state_dict(), tmp_path / "w.safetensors")
    recipe = recipe_of("none", "none", "vgg16_bn", "none")
    recipe = changed(recipe, "networks", width=1.0, pretrained=str(tmp_path / "w.safetensors"))
    recipe = changed(recipe, "training", epochs=1, learning_rate=0.0)
    model = read_model(train_into(tmp_path / "m.safetensors", collection.take(np.arange(12)), recipe))
    torch.manual_seed(0)
    stack = Stack(3, vgg16_bn_layers(int), "before_relu")
    assert torch.equal(model.network.backbones["texture"][0].weight, stack[0].weight)
    assert len(model.header["run"]["pretrained_sha256"]) == 64
    assert "started from the weights in" in model.header["licence"]


def test_a_model_that_is_written_leaves_no_checkpoint(tmp_path, collection, recipe_of, source):
    session, recipe = session_in(tmp_path, save_every=0.0), recipe_of(*F3DNET)
    train_final("mine", collection, recipe, session)
    checkpoint = session.checkpoint("mine").state_path
    assert checkpoint.exists()
    write_final(tmp_path / "m.safetensors", "mine", collection, recipe, source, SYNTHETIC, session)
    assert not checkpoint.exists() and (tmp_path / "m.safetensors").exists()


def test_ridge_and_a_split_without_scans_are_refused(tmp_path, collection, reader, split, recipe_of):
    with pytest.raises(InputError, match="experiments.floor: 'ridge' is not a network"):
        train_final("floor", collection, recipe_of("ridge", "none", "none", "none"), session_in(tmp_path))
    split.write_text("subject,fold\nnobody,0\n")
    with pytest.raises(
        InputError, match="contain no scans of the 1 subjects that take part; .*quarantine.csv says why"
    ):
        reader()


@pytest.mark.parametrize(
    ("told", "words", "others"),
    [
        (("demo", "bu3dfe", True, "none"), "generated faces (CC0)", ("terms of that", "ImageNet", "owners")),
        (("mine", "bu3dfe", False, "none"), "'mine', of the layout bu3dfe: the terms of that", ("CC0", "ImageNet")),
        (("mine", "manifest", False, "none"), "the scans of 'mine': their owners", ("CC0", "terms of that")),
        (("mine", "manifest", False, "imagenet"), "trained on ImageNet", ("CC0",)),
        (("mine", "manifest", False, "a.pth"), "the weights in 'a.pth', whose terms", ("CC0", "ImageNet")),
    ],
)
def test_the_licence_note_names_whose_terms_apply(told, words, others):
    note = licence_note(*told)
    assert words in note and "68-point model, which excludes commercial use" in note
    assert not any(other in note for other in others) and "{" not in note


def test_another_repeat_is_another_network_and_the_first_is_the_model_to_keep(tmp_path, collection, recipe_of):
    recipe = recipe_of(*F3DNET)
    train = [train_final("mine", collection, recipe, session_in(tmp_path / str(n)), n % 3) for n in range(4)]
    weights = [network.classifier.weight for network, _ in train]
    assert torch.equal(weights[0], weights[3]) and len({facts["run"]["seed"] for _, facts in train}) == 3
    assert not torch.allclose(weights[0], weights[1], atol=1e-3)
    assert torch.equal(
        train_final("mine", collection, recipe, session_in(tmp_path / "x"))[0].classifier.weight, weights[0]
    )
