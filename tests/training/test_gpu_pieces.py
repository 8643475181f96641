"""Rows that are not the paper's on the GPU engine, on a CPU: a function is called again in place of a graph."""

import dataclasses

import pytest
import torch
import yaml

from ffnet.expressions import EXPRESSIONS
from ffnet.networks.cost import row_cost
from ffnet.networks.fusion import build_network
from ffnet.networks.settings import ExperimentSettings, networks_of
from ffnet.settings import read_settings
from ffnet.training.gpu import batch_sizes, gpu_data, network_scores
from ffnet.training.loop import network_inputs
from ffnet.training.losses import make_loss
from ffnet.training.precision import Precision
from ffnet.training.recipe import NOBODY, NetworkRecipe, read_recipe, recipe_values
from ffnet.training.trainer import EagerWorker, Trainer
from ffnet.workflow.provenance import ROOT
from tests.training.test_gpu import CalledWorker, weights

CPU = torch.device("cpu")
FULL = Precision(CPU, "float32")
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
ROWS = {name: read_settings(ExperimentSettings, row, name) for name, row in CONFIG["experiments"].items()}
PIECES = [name for name, row in ROWS.items() if not row.is_ridge and (row.pieces or row.masks == "curvature")]


@pytest.fixture
def recipe(networks, training):
    """Function from a row's name to its recipe, without dropout, which the two engines draw in another order."""

    def make(name):
        own = dataclasses.replace(networks_of(ROWS[name], networks), dropout=0.0)
        return NetworkRecipe(EXPRESSIONS, ROWS[name], own, "plain", training, NOBODY, "cpu", 1, "graph")

    return make


@pytest.mark.parametrize(
    "name", ["AMDFN", "DF-CNN-like", "FFNet-C", "OGF2-like", "AFNet-M-like", "CMANet-like", "FFNet-RA"]
)
def test_a_graph_trains_as_eager_steps_do(recipe, collection, name):
    recipe, scans = recipe(name), torch.arange(30).numpy()
    worker = CalledWorker(
        recipe, gpu_data(collection, recipe.experiment, FULL, multiple=1), FULL, batch_sizes([30], 8), False
    )
    graph = Trainer(recipe, worker.data, FULL, [worker], "graph").train(worker, scans, 5)
    eager = EagerWorker(recipe, gpu_data(collection, recipe.experiment, FULL, multiple=1), FULL)
    expected = Trainer(recipe, eager.data, FULL, [eager], "eager").train(eager, scans, 5)
    losses = [[row["loss"] for row in state.history] for state in (graph, expected)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    for one, other in zip(weights(graph).values(), weights(expected).values(), strict=True):
        torch.testing.assert_close(one.float(), other.float(), rtol=0.02, atol=1e-3)


@pytest.mark.parametrize(
    "name", ["OGF2-like", *(pytest.param(name, marks=pytest.mark.slow) for name in PIECES if name != "OGF2-like")]
)
def test_every_row_can_be_compiled(recipe, collection, name):
    """In one graph, without code for this CPU, whose compiler takes minutes."""
    torch._dynamo.reset()
    recipe = recipe(name)
    torch.manual_seed(0)
    network = build_network(recipe.experiment, recipe.networks, 6).train()
    compiled = torch.compile(network_scores, dynamic=False, backend="aot_eager", fullgraph=True)
    inputs = {key: values[:4] for key, values in gpu_data(collection, recipe.experiment, FULL).inputs.items()}
    state = {key: values.clone() for key, values in network.state_dict().items()}
    loss = make_loss(recipe.experiment.loss, EXPRESSIONS, CPU)
    found, _ = loss(compiled(network, inputs), torch.arange(4))
    network.load_state_dict(state)
    expected, _ = loss(network(inputs), torch.arange(4))
    assert found.item() == pytest.approx(expected.item(), rel=1e-4)


@pytest.mark.parametrize("name", PIECES)
def test_padded_channels_change_no_score_and_curvature_is_computed_in_float32(recipe, collection, bfloat16, name):
    recipe = recipe(name)
    torch.manual_seed(0)
    network = build_network(recipe.experiment, recipe.networks, 6).eval()
    data, own = gpu_data(collection, recipe.experiment, FULL), network_inputs(collection, CPU)
    read = {*recipe.experiment.maps, *(("mask1", "mask2") if recipe.experiment.reads_masks else ())}
    assert set(data.inputs) == read
    with torch.no_grad():
        torch.testing.assert_close(network(data.inputs), network(own), rtol=1e-4, atol=1e-5)
    half = gpu_data(collection, recipe.experiment, bfloat16, multiple=1)
    exact = {"normals"} if recipe.experiment.needs_normals else set()
    assert {one for one, values in half.inputs.items() if values.dtype == torch.float32} == exact


def test_a_run_notes_what_its_network_costs_whatever_the_engine_pads(recipe, collection):
    recipe = recipe("AMDFN")
    notes = []
    for multiple in (1, 8):
        worker = EagerWorker(recipe, gpu_data(collection, recipe.experiment, FULL, multiple), FULL)
        trainer = Trainer(recipe, worker.data, FULL, [worker], "eager")
        notes.append(trainer.notes(trainer.train(worker, torch.arange(8).numpy(), 5)))
    cost = row_cost(recipe.experiment, recipe.networks, 6, 112)
    assert {(one["parameters"], one["multiply_adds"]) for one in notes} == {cost} and min(cost) > 10_000


@pytest.mark.parametrize("name", ["AMDFN", "OGF2-like", "DA-CNN-like", "CMANet-like"])
def test_rows_train_in_bfloat16(recipe, collection, bfloat16, name):
    recipe = recipe(name)
    worker = EagerWorker(recipe, gpu_data(collection, recipe.experiment, bfloat16), bfloat16)
    state = Trainer(recipe, worker.data, bfloat16, [worker], "eager").train(worker, torch.arange(12).numpy(), 5)
    assert all(0 < row["loss"] < 20 for row in state.history)


@pytest.mark.parametrize("name", PIECES)
def test_a_recipe_survives_as_json(recipe, name):
    assert read_recipe(recipe_values(recipe(name)), "x") == recipe(name)
