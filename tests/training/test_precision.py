import contextlib

import pytest
import torch

from ffnet.training.adam import Adam
from ffnet.training.loop import training_step
from ffnet.training.precision import FIRST_SCALE, GROW_EVERY, Precision, half_type
from ffnet.training.progress import Progress

CPU, GPU = torch.device("cpu"), torch.device("cuda", 0)


@pytest.fixture
def float16(monkeypatch):
    """The Precision of a GPU that has no bfloat16."""
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation: False)
    return Precision(GPU, "half")


def test_half_is_bfloat16_but_float16_on_a_gpu_without_it(monkeypatch, float16):
    assert half_type(CPU) == torch.bfloat16 and float16.type == torch.float16
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation: True)
    assert half_type(GPU) == torch.bfloat16
    assert Precision(CPU, "none").type == torch.float32


def test_autocast_computes_in_the_type_and_none_leaves_float32():
    a = torch.ones(4, 4)
    for autocast, expected in (("none", torch.float32), ("half", torch.bfloat16)):
        with Precision(CPU, autocast).context():
            assert (a @ a).dtype == expected


def test_scaled_gradients_are_those_of_the_loss(float16):
    weight = torch.tensor([2.0, -3.0], requires_grad=True)
    assert float16.backward((weight**2).sum(), [weight])
    assert torch.equal(weight.grad, torch.tensor([4.0, -6.0]))
    assert (float16.scale, float16.good) == (FIRST_SCALE, 1)


def test_an_overflow_halves_the_scale_and_leaves_the_step_out(float16):
    network = torch.nn.Linear(2, 3)
    float16.context = contextlib.nullcontext  # there is no GPU to autocast on
    progress = Progress.__new__(Progress)
    progress.network, progress.precision = network, float16
    progress.optimiser = Adam(network.parameters(), (0.9, 0.999), 0.0)
    before = network.weight.clone()
    training_step(progress, torch.full((1, 2), 1e38), torch.tensor([0]), 0.1)
    assert torch.equal(network.weight, before) and network.weight.grad is None
    assert (float16.scale, float16.good, progress.optimiser.steps) == (FIRST_SCALE / 2, 0, 0)
    training_step(progress, torch.ones(1, 2), torch.tensor([0]), 0.1)
    assert not torch.equal(network.weight, before) and progress.optimiser.steps == 1


def test_the_scale_doubles_after_many_good_steps(float16):
    weight = torch.tensor([1.0], requires_grad=True)
    float16.good = GROW_EVERY - 1
    float16.backward(weight.sum(), [weight])
    assert float16.scale == 2 * FIRST_SCALE


def test_bfloat16_and_float32_are_not_scaled():
    for autocast in ("none", "half"):
        precision = Precision(CPU, autocast)
        weight = torch.tensor([1.0], requires_grad=True)
        assert precision.backward(weight.sum() * torch.inf, [weight])
        assert precision.scale == 1.0 and weight.grad.item() == torch.inf
