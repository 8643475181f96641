"""Training and testing one network: the whole collection on the device, no loader, one line per epoch."""

import functools
import math
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import torch

from ffnet.errors import InputError
from ffnet.networks.fusion import FusionNet, Outputs
from ffnet.shards.samples import Samples
from ffnet.training.augmentation import Inputs, augment
from ffnet.training.checkpoint import Checkpoint
from ffnet.training.mask_choice import Masks
from ffnet.training.precision import Precision
from ffnet.training.record import Epoch
from ffnet.training.settings import BEST, TrainingSettings
from ffnet.training.state import TrainingState
from ffnet.training.validation import VALIDATION, Scores

Step = Callable[[TrainingState, torch.Tensor, float], tuple[torch.Tensor, torch.Tensor]]
"""One step on a batch: (state, numbers of the batch's scans, learning rate) to the mean loss before it and how many
scans were classified correctly, as 0-d tensors."""

Watch = Mapping[str, Callable[[], Scores]]
"""VALIDATION or TEST to what gives the Scores on that part of the network as it is, and leaves the network in its mode
for tests."""

Forward = Callable[[dict[str, torch.Tensor]], torch.Tensor | Outputs]
"""What computes a network's scores, or its Outputs, from its inputs; see FusionNet."""


class DeviceData(NamedTuple):
    """A collection on a device.

    inputs: what networks see. labels: (n,) int64. source: see network_inputs; needed only where training changes scans.
    prepare: makes inputs of those of source.
    """

    inputs: dict[str, torch.Tensor]
    labels: torch.Tensor
    source: dict[str, torch.Tensor] = {}
    prepare: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]] = dict


def network_inputs(collection: Samples, device: torch.device) -> dict[str, torch.Tensor]:
    """A collection as the tensors a FusionNet takes, (n, channels, H, W) float32, channels last in memory, which on a
    CPU is the collection's own."""
    maps = {
        "depth": collection.depth[..., None],
        "normals": collection.normals,
        "texture": collection.texture,
        "mask1": collection.mask1[..., None],
        "mask2": collection.mask2[..., None],
    }
    return {name: torch.from_numpy(values).to(device).permute(0, 3, 1, 2) for name, values in maps.items()}


def move_to_device(collection: Samples, device: torch.device) -> DeviceData:
    """The DeviceData of a collection whose inputs are the source itself."""
    inputs = network_inputs(collection, device)
    return DeviceData(inputs, torch.from_numpy(collection.label).to(device), inputs)


def mask_inputs(masks: Masks, data: DeviceData) -> dict[str, torch.Tensor]:
    """Masks of a run as inputs on the device and in the type of the collection's own."""
    return {
        name: torch.from_numpy(values[..., None]).to(data.inputs[name]).permute(0, 3, 1, 2)
        for name, values in masks.items()
    }


def augment_epoch(state: TrainingState, data: DeviceData, settings: TrainingSettings, texture: str) -> None:
    """Changes the scans of the state's epoch, into state.augmented. texture: how the shards scale it."""
    assert state.order is not None

    def write(scans: torch.Tensor, changed: Inputs) -> None:
        for name, values in data.prepare(changed).items():
            state.augmented[name][scans] = values.to(state.augmented[name].dtype)

    augment(data.source | state.masks, state.order, settings, texture, state.seed, state.epoch, write)


def take(inputs: dict[str, torch.Tensor], scans: torch.Tensor) -> dict[str, torch.Tensor]:
    """The inputs of some scans, channels last in memory. scans: (k,) int64."""
    return {name: values[scans] for name, values in inputs.items()}


def epoch_batches(order: torch.Tensor, batch: int) -> tuple[torch.Tensor, ...]:
    """An epoch's scans in batches of at most `batch`, whose sizes differ by at most one.

    No batch is a single scan, for which batch normalisation has no variance, unless there is only one: of an odd number
    of scans in batches of 2 one batch has 3.
    """
    return order.tensor_split(max(1, min(math.ceil(len(order) / batch), len(order) // 2)))


def learning_rate(settings: TrainingSettings, progress: float) -> float:
    """The rate when the share `progress` of all steps is done: constant, or half a cosine down to 0."""
    if settings.schedule == "constant":
        return settings.learning_rate
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))


def train(
    state: TrainingState,
    scans: torch.Tensor,
    settings: TrainingSettings,
    step: Step,
    checkpoint: Checkpoint | None = None,
    watch: Watch | None = None,
    change: Callable[[], None] | None = None,
) -> None:
    """Trains in place until settings.epochs epochs are done; the state's history then has a row for each, and its
    network the weights that settings.keep names.

    scans: (n,) int64, the training half. checkpoint: where the state is loaded from and saved to; None keeps nothing.
    watch: the parts that are scored after each epoch, None for none. change: changes the scans of the epoch that begins
    or is resumed, None where they are seen as they are; see augment_epoch.
    Raises InputError when the loss is not finite.
    """
    state.network.train()
    if checkpoint:
        checkpoint.restore(state)
    while state.epoch < settings.epochs:
        if state.order is None:
            state.order = scans[torch.randperm(len(scans), generator=state.generator)]
        if change:
            change()
        loss, accuracy = _train_epoch(state, settings, step, checkpoint)
        if not math.isfinite(loss):
            raise InputError(f"the loss is {loss} in epoch {state.epoch + 1}; lower training.learning_rate")
        row = Epoch(epoch=state.epoch + 1, loss=loss, accuracy=accuracy, seconds=0.0)
        row |= _watch(state, settings, watch or {})  # type: ignore[typeddict-item]
        row["seconds"] = round(state.seconds, 3)
        state.end_epoch(row)
        _print_epoch(state, settings.epochs)
        if checkpoint:
            checkpoint.save_if_due(state)
    state.take_best()


def _watch(state: TrainingState, settings: TrainingSettings, watch: Watch) -> dict[str, float]:
    """The Scores of all parts after an epoch's last step. Its weights are kept if they are to be and none before did
    better on the validation part; the test half decides nothing."""
    began = time.perf_counter()
    found = {part: score() for part, score in watch.items()}
    state.network.train()
    if settings.keep == BEST and VALIDATION in found:
        state.keep_if_best(found[VALIDATION])
    state.seconds += time.perf_counter() - began
    return {f"{part}_{name}": value for part, scores in found.items() for name, value in scores._asdict().items()}


def _train_epoch(
    state: TrainingState,
    settings: TrainingSettings,
    step: Step,
    checkpoint: Checkpoint | None,
) -> tuple[float, float]:
    """The batches of an epoch that are not done yet. Returns the epoch's mean loss and accuracy."""
    assert state.order is not None
    count = len(state.order)
    batches = epoch_batches(state.order.to(state.precision.device), settings.batch)
    began = time.perf_counter() - state.seconds
    for number in range(state.batches_done, len(batches)):
        rate = learning_rate(settings, (state.epoch + number / len(batches)) / settings.epochs)
        loss, correct = step(state, batches[number], rate)
        state.loss_sum += loss * len(batches[number])
        state.correct += correct
        state.batches_done, state.seconds = number + 1, time.perf_counter() - began
        if checkpoint and number + 1 < len(batches):
            checkpoint.save_if_due(state)
    loss, accuracy = state.loss_sum.item() / count, state.correct.item() / count
    state.seconds = time.perf_counter() - began  # a GPU has finished its steps only now
    return loss, accuracy


def eager_step(data: DeviceData) -> Step:
    """The Step that computes one operation after another: on a CPU, and on a GPU without graphs."""
    return functools.partial(training_step, data)


def training_step(
    data: DeviceData, state: TrainingState, scans: torch.Tensor, rate: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """One step at a learning rate; see Step."""
    state.set_rate(rate)
    return adam_step(data, state, scans, state.network)


def adam_step(
    data: DeviceData, state: TrainingState, scans: torch.Tensor, forward: Forward
) -> tuple[torch.Tensor, torch.Tensor]:
    """One step of Adam on the state's loss of a batch; see Step. In float16 the loss is scaled up before the gradients
    are taken, and a step whose gradients overflow is left out (Micikevicius et al., Mixed Precision Training, 2018)."""
    labels = data.labels[scans]
    with state.precision.context():
        outputs = forward(take(data.inputs | state.masks | state.augmented, scans))
    loss, scores = state.loss(outputs, labels)
    state.scaler.scale(loss).backward()
    state.scaler.step(state.optimiser)
    state.scaler.update()
    state.optimiser.zero_grad()
    return loss.detach(), (scores.argmax(1) == labels).sum()


def _print_epoch(state: TrainingState, epochs: int) -> None:
    row, history = state.history[-1], state.history
    left = sum(one["seconds"] for one in history) / len(history) * (epochs - len(history))
    validation = f"  validation {row['validation_accuracy']:6.1%}" if "validation_accuracy" in row else ""
    print(
        f"{state.label}epoch {row['epoch']:3d}/{epochs}  loss {row['loss']:.4f}"
        f"  training accuracy {row['accuracy']:6.1%}{validation}  {row['seconds']:.2f} s, {left:.0f} s left\n",
        end="",  # written at once: threads print lines of other runs between
        flush=True,
    )


@torch.no_grad()
def predict(network: FusionNet, inputs: dict[str, torch.Tensor], batch: int, precision: Precision) -> np.ndarray:
    """Probabilities of the classes for each of the inputs, (n, classes) float64."""
    network.eval()
    probabilities = []
    count = len(next(iter(inputs.values())))
    for part in torch.arange(count, device=precision.device).split(batch):
        with precision.context():
            scores = network(take(inputs, part))
        probabilities.append(scores.double().softmax(1).cpu())
    return torch.cat(probabilities).numpy()


def classifier_inputs(
    network: FusionNet, inputs: dict[str, torch.Tensor], batch: int, precision: Precision
) -> np.ndarray:
    """The numbers that enter the classifier where it predicts, the streams' features side by side, (n, k) float32."""
    entered: list[torch.Tensor] = []
    with network.classifier.register_forward_pre_hook(lambda _, given: entered.append(given[0].float().cpu())):
        predict(network, inputs, batch, precision)
    return torch.cat(entered).numpy()
