import copy
import dataclasses
import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from ffnet.errors import InputError
from ffnet.networks.fusion import build_network
from ffnet.networks.settings import ExperimentSettings
from ffnet.training.loop import (
    DeviceData,
    eager_step,
    epoch_batches,
    learning_rate,
    move_to_device,
    network_inputs,
    predict,
    take,
    train,
    training_step,
)
from ffnet.training.precision import Precision
from ffnet.training.state import TrainingState

FFNET_M = ExperimentSettings("f3dnet", "f3dnet", "vgg16_bn", masks="own", repeats=1)
CPU = torch.device("cpu")
FULL = Precision(CPU, "float32")


@pytest.fixture
def state_of(training):
    """Function from a network and a Precision to a fresh TrainingState."""
    return lambda network, precision=FULL: TrainingState(network, training, precision, seed=0)


@pytest.fixture
def ready(collection, networks):
    """A network and the collection."""
    torch.manual_seed(0)
    return build_network(FFNET_M, networks, 6), move_to_device(collection, CPU)


def test_inputs_are_the_same_numbers_with_channels_in_front(collection):
    inputs = network_inputs(collection, CPU)
    assert {name: tuple(values.shape) for name, values in inputs.items()} == {
        "depth": (36, 1, 112, 112),
        "normals": (36, 3, 112, 112),
        "texture": (36, 3, 112, 112),
        "mask1": (36, 1, 56, 56),
        "mask2": (36, 1, 28, 28),
    }
    assert np.array_equal(inputs["normals"][5, 2].numpy(), collection.normals[5, :, :, 2])
    other = collection._replace(mask1=np.arange(36.0)[:, None, None] * np.ones((56, 56), np.float32))
    assert network_inputs(other, CPU)["mask1"][:, 0, 0, 0].tolist() == list(range(36))
    taken = take(network_inputs(other, CPU), torch.tensor([3, 1]))
    assert taken["mask1"][:, 0, 9, 9].tolist() == [3, 1]
    assert all(torch.equal(taken[name], values[[3, 1]]) for name, values in inputs.items() if name != "mask1")
    assert take(inputs, torch.tensor([3, 1]))["texture"].is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("count", [2, 33, 64, 65, 97, 108, 648])
def test_an_epoch_takes_every_scan_once_in_batches_of_nearly_one_size(count):
    batches = epoch_batches(torch.randperm(count), 32)
    assert sorted(torch.cat(batches).tolist()) == list(range(count))
    sizes = [len(batch) for batch in batches]
    assert max(sizes) <= 32 and max(sizes) - min(sizes) <= 1
    assert len(batches) == math.ceil(count / 32)


@pytest.mark.parametrize("batch", range(2, 9))
def test_no_batch_is_a_lone_scan_and_only_of_an_odd_number_in_twos_one_is_larger_than_asked(batch):
    for count in range(2, 60):
        sizes = [len(part) for part in epoch_batches(torch.arange(count), batch)]
        assert sum(sizes) == count and min(sizes) >= 2
        assert max(sizes) <= batch + (batch == 2 and count % 2)
    assert [len(part) for part in epoch_batches(torch.arange(5), 2)] == [3, 2]
    assert [len(part) for part in epoch_batches(torch.arange(1), batch)] == [1]


def test_the_cosine_falls_from_the_rate_to_zero_and_the_constant_stays(training):
    rates = [learning_rate(training, progress) for progress in (0.0, 0.5, 1.0)]
    assert rates == pytest.approx([1e-3, 5e-4, 0.0])
    assert learning_rate(dataclasses.replace(training, schedule="constant"), 0.7) == 1e-3


def test_one_step_changes_every_weight_and_a_few_lower_the_loss_on_that_batch(ready, state_of):
    network, data = ready
    batch = torch.arange(12)
    before = copy.deepcopy(list(network.parameters()))
    state = state_of(network)
    losses = [training_step(data, state, batch, 1e-3)[0]]
    for old, new in zip(before, network.parameters(), strict=True):
        if old.abs().sum() > 0 and old.ndim > 1:
            assert not torch.equal(old, new)
    for _ in range(5):
        losses.append(training_step(data, state, batch, 1e-3)[0])
    assert losses[1] < losses[0]
    assert losses[-1] < 0.95 * losses[0]


def test_a_step_reports_the_loss_before_it_and_how_many_were_right(ready, state_of):
    network, data = ready
    batch = torch.arange(12)
    twin = copy.deepcopy(network)
    loss, right = training_step(data, state_of(network), batch, 1e-3)
    scores = twin(take(data.inputs, batch))
    assert loss == functional.cross_entropy(scores, data.labels[batch])
    assert right == (scores.argmax(1) == data.labels[batch]).sum()


def test_it_learns_patterns_and_writes_one_line_per_epoch(ready, training, state_of, capsys):
    network, data = ready
    settings = dataclasses.replace(training, epochs=4, learning_rate=3e-3)
    state = state_of(network)
    train(state, torch.arange(36), settings, eager_step(data))
    history = state.history
    lines = capsys.readouterr().out.splitlines()
    assert [row["epoch"] for row in history] == [1, 2, 3, 4]
    assert history[-1]["loss"] < 0.95 * history[0]["loss"]
    assert len(lines) == 4
    assert lines[1].startswith("epoch   2/4  loss ") and lines[3].endswith(" 0 s left")


def test_only_the_scans_of_the_training_half_are_used_in_another_order_each_epoch(ready, training, state_of):
    network, data = ready
    half = torch.tensor([1, 4, 5, 8, 20, 22, 30, 31])
    seen = []

    def step(state, scans, rate):
        seen.extend(scans.tolist())
        return training_step(data, state, scans, rate)

    train(state_of(network), half, training, step)
    assert sorted(seen) == sorted(half.tolist() * training.epochs)
    assert seen[:8] != seen[8:] and seen[:8] != half.tolist()


def test_a_loss_that_is_not_finite_stops_with_epoch_and_hint(ready, training, state_of):
    network, data = ready
    data = DeviceData(data.inputs | {"depth": data.inputs["depth"] + torch.inf}, data.labels)
    with pytest.raises(InputError, match="the loss is nan in epoch 1; lower training.learning_rate"):
        train(state_of(network), torch.arange(36), training, eager_step(data))


def test_predictions_are_probabilities_and_do_not_depend_on_the_batch(ready):
    network, (inputs, *_) = ready
    probabilities = predict(network, inputs, 36, FULL)
    assert probabilities.shape == (36, 6)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_allclose(predict(network, inputs, 7, FULL), probabilities, atol=1e-5)


def test_half_precision_trains_in_bfloat16_near_the_float32_loss(ready, state_of, bfloat16):
    network, data = ready
    twin = copy.deepcopy(network)
    batch = torch.arange(12)
    full, half = (
        training_step(data, state_of(one, precision), batch, 1e-3)[0]
        for one, precision in ((network, FULL), (twin, bfloat16))
    )
    assert half != full
    assert half.item() == pytest.approx(full.item(), abs=0.1)
