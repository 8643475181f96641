"""Training on a real GPU. `make gpu` runs these; they need torch, numpy, h5py, pyyaml and pytest, and a CUDA device."""

import dataclasses
import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
import yaml
from torch.nn import functional

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.networks.fusion import build_network
from ffnet.networks.settings import ExperimentSettings
from ffnet.settings import read_settings
from ffnet.training import gpu, trainer
from ffnet.training.gpu import GraphWorker, batch_sizes, gpu_data, prepare_inputs
from ffnet.training.loop import eager_step
from ffnet.training.losses import make_loss
from ffnet.training.precision import Precision
from ffnet.training.run import train_runs
from ffnet.training.session import Run, Session
from ffnet.training.settings import ExecutionSettings
from ffnet.training.state import TrainingState
from ffnet.training.trainer import Trainer, make_deterministic
from ffnet.workflow.provenance import ROOT

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.filterwarnings("default"),  # of compilers and libraries that are not pinned here
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]

CPU, CARD = torch.device("cpu"), torch.device("cuda", 0)
FFNET_M = ("f3dnet", "f3dnet", "vgg16_bn", "own")
SMALL = ("f3dnet", "none", "none", "own")  # compiled in seconds
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
EXECUTION = read_settings(ExecutionSettings, CONFIG["execution"], "execution")
ROWS = {name: read_settings(ExperimentSettings, row, name) for name, row in CONFIG["experiments"].items()}
NETWORKS = [name for name, row in ROWS.items() if not row.is_ridge]
RUNS = [Run("x", 0, fold) for fold in range(3)]


@pytest.fixture(autouse=True)
def deterministic():
    """As a job sets torch; afterwards as it was."""
    make_deterministic(1)
    yield
    Precision(CARD, "float32").apply()
    torch.use_deterministic_algorithms(False)
    torch.cuda.empty_cache()


@pytest.fixture
def card_recipe(recipe_of):
    """Function from a row and changes of its training to a NetworkRecipe on the card. Batches have two sizes; one where
    they are compiled, as each size takes seconds."""

    def recipe(row, gpu_step, **changes):
        recipe = recipe_of(*row)
        training = dataclasses.replace(recipe.training, batch=6 if gpu_step == "compiled" else 5, **changes)
        return dataclasses.replace(recipe, training=training, device="cuda", gpu_step=gpu_step)

    return recipe


def train(folder, reader, recipe, networks_per_gpu, save_every=60.0):
    """{run: predictions}, and the records, of the three folds."""
    execution = dataclasses.replace(EXECUTION, networks_per_gpu=networks_per_gpu, save_every=save_every)
    session = Session(execution, 1, "code", str(folder / "resume"), "key")
    outputs = list(train_runs(RUNS, reader, recipe, session))
    return {run: text for run, text, _ in outputs}, [json.loads(record) for *_, record in outputs]


def smooth_maps(count):
    """{name: maps} of random blobs, channels last, as every network takes them."""
    maps, generator = {}, torch.Generator().manual_seed(2)
    for name, channels, side in (("depth", 1, 112), ("normals", 3, 112), ("texture", 3, 112)):
        coarse = torch.randn(count, channels, side // 8, side // 8, generator=generator)
        maps[name] = functional.interpolate(coarse, size=(side, side), mode="bilinear")
    maps |= {
        name: torch.rand(count, 1, side, side, generator=generator) for name, side in (("mask1", 56), ("mask2", 28))
    }
    return {name: values.to(memory_format=torch.channels_last) for name, values in maps.items()}


@pytest.mark.parametrize("setting", ["float32", "half"])
def test_graphs_train_as_eager_steps_do_loss_by_loss(card_recipe, collection, setting):
    recipe, precision = card_recipe(FFNET_M, "graph", precision=setting), Precision(CARD, setting)
    precision.apply()
    data = gpu_data(collection, recipe.experiment, precision)
    worker = GraphWorker(recipe, data, precision, batch_sizes([36], 5), compiled=False)
    opened = Trainer(recipe, data, precision, [worker], "graph")
    graphed = worker.start(opened._fresh_network(3), 3)
    network = opened._fresh_network(3).to(CARD).to(memory_format=torch.channels_last).train()
    eager, step = TrainingState(network, recipe.training, precision, 3), eager_step(data)
    losses = []
    for batch in torch.randperm(36).to(CARD).tensor_split(8):
        with worker.turn():
            loss, correct = (float(one) for one in worker.step(graphed, batch, 1e-3))
        expected, right = (float(one) for one in step(eager, batch, 1e-3))
        losses.append((loss, expected, correct - right))
    for loss, expected, more in losses:
        assert loss == pytest.approx(expected, rel=1e-3 if setting == "float32" else 2e-2) and abs(more) <= 1
    assert len({loss for loss, *_ in losses}) == 8


@pytest.mark.parametrize(
    ("row", "gpu_step", "setting"),
    [
        (FFNET_M, "graph", "half"),
        (SMALL, "compiled", "half"),
        (SMALL, "graph", "tf32"),
        (SMALL, "eager", "float32"),
    ],
)
def test_predictions_are_the_same_bytes_again_alone_and_side_by_side(
    tmp_path, reader, card_recipe, row, gpu_step, setting
):
    recipe = card_recipe(row, gpu_step, precision=setting)
    first, records = train(tmp_path / "first", reader, recipe, 1)
    again, _ = train(tmp_path / "again", reader, recipe, 1)
    together, _ = train(tmp_path / "together", reader, recipe, 3)
    assert first == again == together
    assert len(set(first.values())) == 3
    type_name = {"half": "bfloat16"}.get(setting, setting)
    for record in records:
        assert record["computed_in"] == type_name and record["device"] == torch.cuda.get_device_name(0)
        assert record["gpu_step"] == gpu_step, "the log says why it was not compiled"


@pytest.mark.parametrize(("gpu_step", "side"), [("graph", 1), ("compiled", 3)])
def test_watching_the_test_half_changes_no_byte_of_the_predictions(tmp_path, reader, card_recipe, gpu_step, side):
    plain, _ = train(tmp_path / "plain", reader, card_recipe(SMALL, gpu_step, precision="half"), side)
    recipe = card_recipe(SMALL, gpu_step, precision="half", watch_test=True)
    watched, records = train(tmp_path / "watched", reader, recipe, side)
    assert watched == plain
    assert all("test_accuracy" in row for record in records for row in record["epochs"])


def die_after(steps, patch):
    """Lets the graphs' steps break off after so many."""
    real, calls = GraphWorker.step, []

    def step(*arguments):
        if len(calls) == steps:
            raise KeyboardInterrupt
        calls.append(None)
        return real(*arguments)

    patch.setattr(GraphWorker, "step", step)


@pytest.mark.parametrize(
    ("gpu_step", "side", "steps"), [("graph", 1, 2), ("compiled", 1, 6), ("graph", 3, 5), ("graph", 3, 13)]
)
def test_a_job_killed_inside_an_epoch_is_resumed_to_the_same_bytes(
    tmp_path, reader, card_recipe, monkeypatch, gpu_step, side, steps
):
    recipe = card_recipe(SMALL, gpu_step, precision="half")
    whole, _ = train(tmp_path / "whole", reader, recipe, 1)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        die_after(steps, patch)
        train(tmp_path / "killed", reader, recipe, side, save_every=0.0)
    resumed, records = train(tmp_path / "killed", reader, recipe, side)
    assert resumed == whole
    assert any(record["resumed"] for record in records) or side > 1


def test_dropout_in_a_graph_draws_other_numbers_each_step_and_the_same_after_a_resume(
    tmp_path, reader, card_recipe, monkeypatch
):
    recipe = card_recipe(SMALL, "graph", precision="half")
    recipe = dataclasses.replace(recipe, networks=dataclasses.replace(recipe.networks, dropout=0.5, width=0.25))
    whole, _ = train(tmp_path / "whole", reader, recipe, 0)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        die_after(7, patch)
        train(tmp_path / "killed", reader, recipe, 0, save_every=0.0)
    assert train(tmp_path / "killed", reader, recipe, 0)[0] == whole


def test_a_card_without_bfloat16_trains_in_float16_with_a_scaled_loss(
    tmp_path, reader, card_recipe, collection, monkeypatch
):
    monkeypatch.setattr("ffnet.training.precision.half_type", lambda device: torch.float16)
    recipe = card_recipe(SMALL, "compiled", precision="half")
    predictions, records = train(tmp_path / "one", reader, recipe, 1)
    assert train(tmp_path / "three", reader, recipe, 3)[0] == predictions
    assert {record["computed_in"] for record in records} == {"float16"}
    full, in_full = train(tmp_path / "full", reader, card_recipe(SMALL, "graph", precision="float32"), 1)
    for one, other in zip(records, in_full, strict=True):
        assert one["epochs"][0]["loss"] == pytest.approx(other["epochs"][0]["loss"], abs=0.1)
    precision = Precision(CARD, "half")
    data = gpu_data(collection, recipe.experiment, precision)
    worker = GraphWorker(recipe, data, precision, [5], compiled=False)
    state = worker.start(build_network(recipe.experiment, recipe.networks, 6), 1)
    bias = state.network.classifier.bias
    with worker.turn():
        with torch.no_grad():
            state.network.classifier.weight.fill_(torch.inf)
        before = bias.detach().clone()
        worker.step(state, torch.arange(5, device=CARD), 0.5)
        assert state.scaler.get_scale() == 2.0**15 and torch.equal(bias, before)
    assert worker.start(build_network(recipe.experiment, recipe.networks, 6), 1).scaler.get_scale() == 2.0**16


def derivatives(network, inputs, precision, loss):
    """Scores, the classifier's gradient, and all gradients in one vector, on the CPU in float64. Every scan has the
    same label, for else the gradients of the classes cancel and little more than rounding is left."""
    labels = torch.zeros(len(next(iter(inputs.values()))), dtype=torch.int64, device=precision.device)
    network.zero_grad()
    with precision.context():
        outputs = network(inputs)
    value, scores = loss(outputs, labels)
    value.backward()
    joined = torch.cat([parameter.grad.flatten() for parameter in network.parameters()])
    return [values.detach().double().cpu() for values in (scores, network.classifier.weight.grad, joined)]


def deviations(found, expected):
    """How far derivatives are from others: of scores and of the classifier's gradient the relative distance, of all
    gradients how far their component along the others is from 1. Rounding changes what some ReLUs let through and some
    pools choose; that turns the gradients of all layers before by up to half their length, a sum of small parts that
    are nearly at right angles to them. A wrong sign makes the component -1, a stream left out takes away its share."""
    near = [((one - other).norm() / other.norm()).item() for one, other in zip(found[:2], expected[:2], strict=True)]
    component = found[2] @ expected[2] / expected[2].square().sum()
    return [*near, abs(component.item() - 1)]


# float32 sums in another order. bfloat16 rounds all numbers to 8 bits, some 15 layers deep: on a CPU this gives up to
# 0.03, 0.006 and 0.22 here. TF32 rounds factors alone, to 11 bits.
LIMITS = {"float32": (1e-3, 1e-3, 1e-2), "tf32": (0.05, 0.03, 0.25), "half": (0.1, 0.03, 0.5)}


@pytest.mark.parametrize("name", NETWORKS)
def test_scores_and_gradients_are_those_of_float32_on_the_cpu(name, paper):
    row, maps = ROWS[name], smooth_maps(8)
    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(1)
    network = build_network(row, dataclasses.replace(paper, width=0.25), 6).to(memory_format=torch.channels_last)
    expected = derivatives(network, maps, Precision(CPU, "float32"), make_loss(row.loss, EXPRESSIONS, CPU))
    network.to(CARD)
    found, loss = {}, make_loss(row.loss, EXPRESSIONS, CARD)
    for setting in LIMITS:
        precision = Precision(CARD, setting)
        precision.apply()
        inputs = prepare_inputs({name: values.to(CARD) for name, values in maps.items()}, row, precision)
        found[setting] = deviations(derivatives(network, inputs, precision, loss), expected)
    assert all(one < limit for setting in LIMITS for one, limit in zip(found[setting], LIMITS[setting], strict=True)), (
        found
    )


def test_out_of_memory_says_what_to_lower_and_the_next_job_trains(tmp_path, reader, card_recipe):
    recipe = card_recipe(FFNET_M, "graph", precision="half")
    wide = dataclasses.replace(recipe, networks=dataclasses.replace(recipe.networks, width=1.0))
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + 2**26) / total)
    try:
        with pytest.raises(InputError, match="ran out of memory; lower training.batch, execution.networks_per_gpu"):
            train(tmp_path / "wide", reader, wide, 3)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert len(train(tmp_path / "next", reader, recipe, 3)[0]) == 3


def test_where_fewer_networks_fit_than_wanted_those_are_trained(tmp_path, reader, card_recipe, monkeypatch, capsys):
    made, real = [], GraphWorker.__init__

    def second_does_not_fit(self, *rest, **named):
        made.append(self)
        if len(made) > 1:
            raise torch.OutOfMemoryError("full")
        real(self, *rest, **named)

    monkeypatch.setattr(gpu.GraphWorker, "__init__", second_does_not_fit)
    predictions, _ = train(tmp_path, reader, card_recipe(SMALL, "graph", precision="half"), 3)
    assert len(predictions) == 3 and "1 networks side by side" in capsys.readouterr().out


HOLDER = """
import sys, time, torch
from ffnet.training.device import hold_device
with hold_device("cuda", 1) as device:
    torch.ones(1, device=device)
    print("in", time.time(), flush=True)
    time.sleep(float(sys.argv[1]))
    print("out", time.time(), flush=True)
"""


def test_two_processes_hold_the_one_place_of_a_gpu_one_after_the_other():
    environment = {"CUDA_VISIBLE_DEVICES": "0"}

    def start():
        command = [sys.executable, "-c", HOLDER, "1"]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | environment)

    times = []
    for holder in [start(), start()]:
        lines = [line.split() for line in holder.communicate(timeout=120)[0].splitlines() if line[:2] in ("in", "ou")]
        assert [word for word, _ in lines] == ["in", "out"]
        times.append([float(moment) for _, moment in lines])
    (first_in, first_out), (second_in, _) = sorted(times)
    assert first_in < first_out <= second_in <= time.time()


def test_the_trainer_of_a_job_has_a_worker_for_each_network_at_a_time(card_recipe, collection):
    recipe, precision = card_recipe(SMALL, "graph", precision="half"), Precision(CARD, "half")
    opened = trainer.open_trainer(recipe, collection, precision, EXECUTION, [24] * 10)
    assert len(opened.workers) == gpu.SIDE_BY_SIDE and opened.gpu_step == "graph"
    streams = {worker.stream.cuda_stream for worker in opened.workers}
    assert len(streams) == len(opened.workers)
    assert np.all([worker.data is opened.data for worker in opened.workers])
