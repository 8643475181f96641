"""Training and testing one network: the whole collection on the device, no loader, one line per epoch."""

import math
import time

import numpy as np
import torch
from torch.nn import functional

from ffnet.errors import InputError
from ffnet.networks.fusion import FusionNet
from ffnet.shards.samples import Samples
from ffnet.training.adam import Adam
from ffnet.training.precision import Precision
from ffnet.training.progress import Progress
from ffnet.training.resume import Keeper
from ffnet.training.settings import TrainingSettings


def network_inputs(collection: Samples, device: torch.device) -> dict[str, torch.Tensor]:
    """A Samples as the tensors a FusionNet takes, (n, channels, H, W), channels last in memory."""
    maps = {
        "depth": collection.depth[..., None],
        "normals": collection.normals,
        "texture": collection.texture,
        "mask1": collection.mask1[..., None],
        "mask2": collection.mask2[..., None],
    }
    return {name: torch.from_numpy(values).to(device).permute(0, 3, 1, 2) for name, values in maps.items()}


def epoch_batches(order: torch.Tensor, batch: int) -> tuple[torch.Tensor, ...]:
    """An epoch's order of scans in ceil(n / batch) batches whose sizes differ by at most one.

    No batch is left with a single scan, for which batch normalisation has no variance, unless n is 1.
    """
    return order.tensor_split(math.ceil(len(order) / batch))


def learning_rate(settings: TrainingSettings, progress: float) -> float:
    """The rate when the share `progress` of all steps is done: constant, or half a cosine down to 0."""
    if settings.schedule == "constant":
        return settings.learning_rate
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))


def train(
    network: FusionNet,
    inputs: dict[str, torch.Tensor],
    labels: torch.Tensor,
    settings: TrainingSettings,
    seed: int,
    precision: Precision,
    keeper: Keeper | None = None,
) -> Progress:
    """Trains in place for settings.epochs epochs of Adam on the cross-entropy.

    inputs: what the network takes. labels: (n,) int64 on the same device. seed: of the order of scans. precision:
    Precision. keeper: Keeper of the run's state, which it goes on from and saves to; None keeps nothing.
    Returns the Progress: its history has one dict per epoch: epoch (from 1), loss and accuracy over the epoch's
    batches, seconds. Raises InputError when the loss is not finite.
    """
    network.train()
    progress = Progress(network, Adam(network.parameters(), settings.betas, settings.weight_decay), precision, seed)
    if keeper:
        keeper.restore(progress)
    while progress.epoch < settings.epochs:
        _train_epoch(progress, inputs, labels, settings, keeper)
        loss = progress.loss_sum.item() / len(labels)
        if not math.isfinite(loss):
            raise InputError(f"the loss is {loss} in epoch {progress.epoch + 1}; lower training.learning_rate")
        row = {"epoch": progress.epoch + 1, "loss": loss, "accuracy": progress.right.item() / len(labels)}
        progress.end_epoch(row | {"seconds": round(progress.spent, 3)})
        _print_epoch(progress.history, settings.epochs)
        if keeper:
            keeper.save_if_due(progress)
    return progress


def _train_epoch(
    progress: Progress,
    inputs: dict[str, torch.Tensor],
    labels: torch.Tensor,
    settings: TrainingSettings,
    keeper: Keeper | None,
) -> None:
    """The batches of an epoch that are not done yet."""
    if progress.order is None:
        progress.order = torch.randperm(len(labels), generator=progress.generator)
    batches = epoch_batches(progress.order, settings.batch)
    began = time.perf_counter() - progress.spent
    for number in range(progress.done, len(batches)):
        batch = batches[number]
        rate = learning_rate(settings, (progress.epoch + number / len(batches)) / settings.epochs)
        loss, right = training_step(progress, take(inputs, batch), labels[batch], rate)
        progress.loss_sum += loss * len(batch)
        progress.right += right
        progress.done, progress.spent = number + 1, time.perf_counter() - began
        if keeper and number + 1 < len(batches):
            keeper.save_if_due(progress)


def _print_epoch(history: list[dict], epochs: int) -> None:
    row = history[-1]
    left = sum(one["seconds"] for one in history) / len(history) * (epochs - len(history))
    print(
        f"epoch {row['epoch']:3d}/{epochs}  loss {row['loss']:.4f}  training accuracy {row['accuracy']:6.1%}"
        f"  {row['seconds']:.2f} s, {left:.0f} s left",
        flush=True,
    )


def training_step(
    progress: Progress, inputs: dict[str, torch.Tensor], labels: torch.Tensor, rate: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """One step on one batch. Returns the mean loss before it and how many scans were right, as 0-d tensors."""
    network, precision = progress.network, progress.precision
    with precision.context():
        scores = network(inputs)
    loss = functional.cross_entropy(scores.float(), labels)
    if precision.backward(loss, network.parameters()):
        progress.optimiser.step(rate)
    else:
        progress.optimiser.forget()
    return loss.detach(), (scores.argmax(1) == labels).sum()


@torch.no_grad()
def predict(network: FusionNet, inputs: dict[str, torch.Tensor], batch: int, precision: Precision) -> np.ndarray:
    """Probabilities of the classes, (n, classes) float64 on the CPU."""
    network.eval()
    probabilities = []
    count = len(next(iter(inputs.values())))
    for part in torch.arange(count).split(batch):
        with precision.context():
            scores = network(take(inputs, part))
        probabilities.append(scores.double().softmax(1).cpu())
    return torch.cat(probabilities).numpy()


def take(inputs: dict[str, torch.Tensor], indices: torch.Tensor) -> dict[str, torch.Tensor]:
    """The inputs of some scans, channels last in memory."""
    return {name: values[indices] for name, values in inputs.items()}
