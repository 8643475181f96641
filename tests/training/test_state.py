import copy

import pytest
import torch

from ffnet.training.loop import DeviceData, training_step
from ffnet.training.precision import Precision
from ffnet.training.state import TrainingState

CPU = torch.device("cpu")


class OneInput(torch.nn.Module):
    """A network small enough to know its gradients."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 3)

    def forward(self, inputs):
        return self.layer(inputs["x"])


@pytest.fixture
def float16(monkeypatch):
    """The Precision of a device that has no bfloat16."""
    monkeypatch.setattr("ffnet.training.precision.half_type", lambda device: torch.float16)
    return Precision(CPU, "half")


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_adam_has_the_bits_of_torchs_plain_loop_over_the_parameters(training, weight_decay):
    torch.manual_seed(0)
    settings = training.__class__(**vars(training) | {"weight_decay": weight_decay})
    network = OneInput()
    twin = copy.deepcopy(network)
    state = TrainingState(network, settings, Precision(CPU, "float32"), seed=0)
    oracle = torch.optim.Adam(twin.parameters(), 1e-3, settings.betas, weight_decay=weight_decay, foreach=False)
    for _ in range(20):
        for mine, other in zip(network.parameters(), twin.parameters(), strict=True):
            mine.grad = torch.randn_like(mine)
            other.grad = mine.grad.clone()
        state.optimiser.step()
        oracle.step()
    for mine, other in zip(network.parameters(), twin.parameters(), strict=True):
        assert torch.equal(mine, other)


def test_a_step_uses_the_rate_that_it_is_given(training):
    network = OneInput()
    state = TrainingState(network, training, Precision(CPU, "float32"), seed=0)
    data = DeviceData({"x": torch.ones(4, 2)}, torch.tensor([0, 1, 2, 0]))
    before = network.layer.weight.detach().clone()
    training_step(data, state, torch.arange(4), 0.5)  # Adam's first step is the rate, whatever the gradient
    moved = (network.layer.weight - before).abs()
    assert moved.max().item() == pytest.approx(0.5, rel=1e-3)
    assert network.layer.weight.grad is None


def test_float16_takes_the_gradients_of_a_loss_that_is_scaled_up_and_moves_by_those_of_the_loss(training, float16):
    state = TrainingState(OneInput(), training, float16, seed=0)
    data = DeviceData({"x": torch.ones(4, 2)}, torch.tensor([0, 1, 2, 0]))
    scales = []
    state.network.layer.bias.register_hook(lambda gradient: scales.append(gradient.abs().max().item()))
    before = state.network.layer.weight.detach().clone()
    training_step(data, state, torch.arange(4), 0.5)
    assert scales[0] > 1000 and state.scaler.get_scale() == 2.0**16
    assert (state.network.layer.weight - before).abs().max().item() == pytest.approx(0.5, rel=1e-3)


def test_a_float16_step_whose_gradients_overflow_is_left_out_and_halves_the_scale(training, float16):
    state = TrainingState(OneInput(), training, float16, seed=0)
    data = DeviceData({"x": torch.full((4, 2), 3e4)}, torch.tensor([0, 1, 2, 0]))
    before = state.network.layer.weight.detach().clone()
    training_step(data, state, torch.arange(4), 0.5)
    assert torch.equal(state.network.layer.weight, before) and state.network.layer.weight.grad is None
    assert state.scaler.get_scale() == 2.0**15
    training_step(DeviceData({"x": torch.ones(4, 2)}, data.labels), state, torch.arange(4), 0.5)
    assert not torch.equal(state.network.layer.weight, before)


@pytest.mark.parametrize("setting", ["float32", "half"])
def test_float32_and_bfloat16_are_not_scaled(training, setting):
    assert not TrainingState(OneInput(), training, Precision(CPU, setting), seed=0).scaler.is_enabled()


def test_what_float16_learnt_of_its_scale_comes_back(training, float16):
    states = [TrainingState(OneInput(), training, float16, seed=0) for _ in range(2)]
    data = DeviceData({"x": torch.full((4, 2), 3e4)}, torch.tensor([0, 1, 2, 0]))
    training_step(data, states[0], torch.arange(4), 0.5)
    states[1].load_state_dict(states[0].state_dict())
    assert states[1].scaler.get_scale() == 2.0**15 and states[1].resumed == 1
