"""The GPU engine on a CPU: in place of a graph is the function that would be captured. test_gpu_card.py has graphs."""

import dataclasses
import functools

import numpy as np
import pytest
import torch

from ffnet.networks.fusion import build_network
from ffnet.training import gpu
from ffnet.training.checkpoint import Checkpoint
from ffnet.training.gpu import GraphWorker, batch_sizes, gpu_data, networks_that_fit, open_graph_workers
from ffnet.training.loop import eager_step, network_inputs, train
from ffnet.training.mask_choice import choose_masks
from ffnet.training.precision import Precision
from ffnet.training.state import TrainingState
from ffnet.training.trainer import EagerWorker, Trainer

CPU = torch.device("cpu")
FULL = Precision(CPU, "float32")
FFNET_M = ("f3dnet", "f3dnet", "vgg16_bn", "own")
SCANS = np.arange(30)  # in batches of 8, 8, 7 and 7


class CalledWorker(GraphWorker):
    """A GraphWorker whose captured step is called again by each replay."""

    capture = staticmethod(lambda compute, stream: compute)


@pytest.fixture
def recipe(recipe_of):
    return recipe_of(*FFNET_M)


@pytest.fixture
def make(recipe, collection):
    """Function from `compiled` to a CalledWorker."""
    data = gpu_data(collection, recipe.experiment, FULL)
    sizes = batch_sizes([len(SCANS)], recipe.training.batch)
    return functools.partial(CalledWorker, recipe, data, FULL, sizes)


def trainer_of(recipe, workers):
    return Trainer(recipe, workers[0].data, FULL, workers, "graph")


def weights(state):
    return {name: values.clone() for name, values in state.network.state_dict().items()}


def equal(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("compiled", [False, True], ids=["graph", "compiled"])
def test_graphs_train_as_eager_steps_do(recipe, make, monkeypatch, compiled, collection):
    if compiled:  # without code for this CPU, whose compiler takes minutes
        backend = torch.compile(gpu.network_scores, dynamic=False, backend="aot_eager")
        monkeypatch.setattr(gpu, "compiled_scores", lambda: backend)
    worker = make(compiled)
    trainer = trainer_of(recipe, [worker])
    graphed = trainer.train(worker, SCANS, seed=5)
    eager = TrainingState(trainer._fresh_network(5), recipe.training, FULL, 5)
    train(eager, torch.from_numpy(SCANS), recipe.training, eager_step(worker.data))
    for one, other in zip(graphed.history, eager.history, strict=True):
        assert one["loss"] == pytest.approx(other["loss"], rel=1e-5) and one["accuracy"] == other["accuracy"]
    for name, values in weights(eager).items():
        torch.testing.assert_close(graphed.network.state_dict()[name], values, rtol=1e-3, atol=1e-5)


def test_a_worker_trains_a_second_network_to_the_bits_of_its_first_training(recipe, make):
    worker = make(False)
    trainer = trainer_of(recipe, [worker])
    first = weights(trainer.train(worker, SCANS, seed=5))
    places = [values.data_ptr() for values in worker.state.network.state_dict().values()]
    places += [value.data_ptr() for state in worker.state.optimiser.state.values() for value in state.values()]
    other = weights(trainer.train(worker, SCANS, seed=6))
    again = weights(trainer.train(worker, SCANS, seed=5))
    assert equal(first, again) and not equal(first, other)
    now = [values.data_ptr() for values in worker.state.network.state_dict().values()]
    now += [value.data_ptr() for state in worker.state.optimiser.state.values() for value in state.values()]
    assert places == now  # which is what a graph points at


def test_masks_of_a_run_are_copied_to_the_places_that_the_graph_reads(recipe_of, collection):
    recipe = recipe_of("f3dnet", "none", "none", "other")
    data = gpu_data(collection, recipe.experiment, FULL)
    worker = CalledWorker(recipe, data, FULL, batch_sizes([len(SCANS)], recipe.training.batch), False)
    trainer = trainer_of(recipe, [worker])
    places = {name: values.data_ptr() for name, values in worker.state.masks.items()}
    masks = choose_masks("other", collection._replace(mask1=collection.depth[:, ::2, ::2]), SCANS, 5)
    other = weights(trainer.train(worker, SCANS, seed=5, masks=masks))
    eager = EagerWorker(recipe, data, FULL)
    alike = trainer.train(eager, SCANS, seed=5, masks=masks)
    for name, values in weights(alike).items():
        torch.testing.assert_close(other[name], values, rtol=1e-3, atol=1e-5)
    assert places == {name: values.data_ptr() for name, values in worker.state.masks.items()}
    assert not equal(
        other, weights(trainer.train(worker, SCANS, seed=5, masks=choose_masks("mean", collection, SCANS, 5)))
    )


@pytest.mark.parametrize("steps", [1, 3, 4, 6])
def test_a_training_killed_at_any_step_is_resumed_in_the_places_of_the_graph(recipe, make, tmp_path, steps):
    worker, calls = make(False), []
    trainer = trainer_of(recipe, [worker])
    whole = weights(trainer.train(worker, SCANS, seed=5))
    real = worker.step

    def step(*arguments):
        if len(calls) == steps:
            raise KeyboardInterrupt
        calls.append(None)
        return real(*arguments)

    worker.step = step
    with pytest.raises(KeyboardInterrupt):
        trainer.train(worker, SCANS, seed=5, checkpoint=Checkpoint(tmp_path, "key", 0.0))
    worker.step = real
    trainer.train(worker, SCANS, seed=6)  # what is in the worker's places must not matter
    state = trainer.train(worker, SCANS, seed=5, checkpoint=Checkpoint(tmp_path, "key", 0.0))
    assert state.resumed == 1 and equal(whole, weights(state))


def test_what_a_graph_learnt_of_float16s_scale_is_forgotten_by_the_next_training_and_kept_by_a_checkpoint(
    recipe, collection, monkeypatch
):
    monkeypatch.setattr("ffnet.training.precision.half_type", lambda device: torch.float16)
    precision = Precision(CPU, "half")
    recipe = dataclasses.replace(recipe, training=dataclasses.replace(recipe.training, precision="half"))
    data = gpu_data(collection, recipe.experiment, precision)
    worker = CalledWorker(recipe, data, precision, [8, 7], False)
    network = build_network(recipe.experiment, recipe.networks, 6)
    state = worker.start(network, 1)
    assert state.scaler.get_scale() == 2.0**16
    with torch.no_grad():
        state.network.classifier.weight.fill_(torch.inf)
    before = weights(state)["classifier.bias"]
    worker.step(state, torch.arange(8), 0.5)
    assert state.scaler.get_scale() == 2.0**15 and torch.equal(before, weights(state)["classifier.bias"])
    saved = state.state_dict()
    assert worker.start(network, 1).scaler.get_scale() == 2.0**16
    state.load_state_dict(saved)
    assert state.scaler.get_scale() == 2.0**15


def test_side_by_side_on_threads_gives_the_bits_of_one_after_another(recipe, make):
    from ffnet.training.side_by_side import side_by_side

    def predictions(workers):
        trainer = trainer_of(recipe, workers)

        def fit(worker, seed):
            with worker.turn():
                return seed, trainer.predict(trainer.train(worker, SCANS, seed), np.arange(30, 36))

        return dict(side_by_side(range(5), workers, fit))

    alone, together = predictions([make(False)]), predictions([make(False) for _ in range(3)])
    for seed in range(5):
        np.testing.assert_array_equal(alone[seed], together[seed])


@pytest.mark.parametrize("row", [("vgg16_bn", "f3dnet", "none", "own"), ("f3dnet", "none", "vgg16_bn", "none")])
def test_padded_channels_and_types_change_no_score(recipe_of, collection, bfloat16, row):
    recipe = recipe_of(*row)
    torch.manual_seed(0)
    network = build_network(recipe.experiment, recipe.networks, 6).eval()
    data = gpu_data(collection, recipe.experiment, FULL)
    used = {*recipe.experiment.streams, *(("mask1", "mask2") if recipe.experiment.reads_masks else ())}
    assert set(data.inputs) == used
    for name in recipe.experiment.streams:
        assert data.inputs[name].shape[1] == 8
        assert data.inputs[name].is_contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        torch.testing.assert_close(network(data.inputs), network(network_inputs(collection, CPU)), rtol=1e-4, atol=1e-5)
    half = gpu_data(collection, recipe.experiment, bfloat16, multiple=1)
    assert {values.dtype for values in half.inputs.values()} == {torch.bfloat16}


def test_all_sizes_of_all_epochs_are_known_before():
    assert batch_sizes([648, 648, 650], 32) == [31, 30]
    assert batch_sizes([640], 32) == [32]
    assert batch_sizes([5], 2) == [3, 2]


def test_as_many_networks_are_side_by_side_as_fit_are_wanted_and_have_a_run():
    gib = 2**30
    assert networks_that_fit(2 * gib, 70 * gib, 0, 10) == gpu.SIDE_BY_SIDE
    assert networks_that_fit(2 * gib, 70 * gib, 10, 10) == 10
    assert networks_that_fit(2 * gib, 70 * gib, 8, 10) == 5  # two turns of five, as with eight
    assert networks_that_fit(2 * gib, 70 * gib, 0, 2) == 2
    assert networks_that_fit(2 * gib, 3 * gib, 8, 10) == 2
    assert networks_that_fit(2 * gib, 0, 0, 10) == 1


class Workers:
    """Stands in for GraphWorkers: how many there is room for, and whether they can be compiled."""

    def __init__(self, room, error=None, dropout=False):
        self.room, self.error, self.made, self.dropout = room, error, [], dropout

    def __call__(self, compiled):
        if compiled and self.error:
            raise self.error
        if len(self.made) == self.room:
            raise torch.OutOfMemoryError("full")
        self.made.append(compiled)
        return type("Worker", (), {"state": type("State", (), {"uses_dropout": self.dropout})})


@pytest.fixture
def roomy(monkeypatch):
    """A GPU with room, as it seems."""
    monkeypatch.setattr(gpu, "free_memory", lambda device: 2**36)


@pytest.fixture
def compilable(monkeypatch, roomy):
    monkeypatch.setattr(gpu, "why_not_compiled", lambda: None)


def test_where_compiling_fails_plain_graphs_are_used_and_the_log_says_why(compilable, capsys):
    workers = Workers(9, torch._dynamo.exc.TorchDynamoException("no Python.h\nmore"))
    opened, compiled = open_graph_workers(workers, True, 3, 10, CPU)
    assert len(opened) == 3 and not compiled and workers.made == [False] * 3
    assert "not compiled: no Python.h; training goes on with plain graphs, slower\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("missing", "reason"), [("triton", "Triton is not installed"), ("cc", "there is no C compiler")]
)
def test_without_triton_or_a_c_compiler_nothing_is_compiled(monkeypatch, roomy, capsys, missing, reason):
    if missing == "triton":
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    else:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
        monkeypatch.setattr("shutil.which", lambda name: None)
    workers = Workers(9)
    opened, compiled = open_graph_workers(workers, True, 2, 10, CPU)
    assert len(opened) == 2 and not compiled and workers.made == [False, False]
    assert f"not compiled: {reason}" in capsys.readouterr().out


def test_where_memory_is_smaller_than_it_seemed_the_networks_that_fit_are_trained(compilable):
    opened, compiled = open_graph_workers(Workers(2), True, 8, 10, CPU)
    assert len(opened) == 2 and compiled


def test_out_of_memory_with_the_first_network_is_an_error(compilable):
    with pytest.raises(torch.OutOfMemoryError):
        open_graph_workers(Workers(0), True, 8, 10, CPU)


def test_dropout_draws_from_the_one_generator_so_one_network_at_a_time_is_trained(compilable):
    assert len(open_graph_workers(Workers(9, dropout=True), True, 0, 10, CPU)[0]) == 1
