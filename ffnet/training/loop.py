"""Training and testing one network: the whole collection on the device, no loader, one line per epoch."""

import math
import time

import torch
from torch.nn import functional

from ffnet.errors import InputError
from ffnet.training.adam import Adam


def network_inputs(collection, device):
    """A Collection as the tensors a FusionNet takes, (n, channels, H, W), channels last in memory."""
    maps = {
        "depth": collection.depth[..., None],
        "normals": collection.normals,
        "texture": collection.texture,
        "mask1": collection.mask1[..., None],
        "mask2": collection.mask2[..., None],
    }
    return {name: torch.from_numpy(values).to(device).permute(0, 3, 1, 2) for name, values in maps.items()}


def epoch_batches(count, batch, generator):
    """Indices of one epoch, shuffled, in ceil(count / batch) batches whose sizes differ by at most one.

    No batch is left with a single scan, for which batch normalisation has no variance, unless count is 1.
    """
    return torch.randperm(count, generator=generator).tensor_split(math.ceil(count / batch))


def learning_rate(settings, progress):
    """The rate when the share `progress` of all steps is done: constant, or half a cosine down to 0."""
    if settings.schedule == "constant":
        return settings.learning_rate
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))


def train(network, inputs, labels, settings, seed):
    """Trains in place for settings.epochs epochs of Adam on the cross-entropy.

    inputs: what the network takes. labels: (n,) int64 on the same device. seed: of the order of scans.
    Returns one dict per epoch: epoch (from 1), loss and accuracy over the epoch's batches, seconds.
    Raises InputError when the loss is not finite.
    """
    network.train()
    generator = torch.Generator().manual_seed(seed)
    optimiser = Adam(network.parameters(), settings.betas, settings.weight_decay)
    history, start = [], time.perf_counter()
    for epoch in range(settings.epochs):
        began = time.perf_counter()
        batches = epoch_batches(len(labels), settings.batch, generator)
        loss_sum, right = torch.zeros(2, dtype=torch.float64, device=labels.device)
        for number, batch in enumerate(batches):
            rate = learning_rate(settings, (epoch + number / len(batches)) / settings.epochs)
            loss, hits = training_step(network, optimiser, take(inputs, batch), labels[batch], rate, settings.autocast)
            loss_sum += loss * len(batch)
            right += hits
        seconds = time.perf_counter() - began
        row = {"epoch": epoch + 1, "loss": loss_sum.item() / len(labels), "accuracy": right.item() / len(labels)}
        if not math.isfinite(row["loss"]):
            raise InputError(f"the loss is {row['loss']} in epoch {epoch + 1}; lower training.learning_rate")
        history.append(row | {"seconds": round(seconds, 3)})
        left = (time.perf_counter() - start) / (epoch + 1) * (settings.epochs - epoch - 1)
        print(
            f"epoch {epoch + 1:3d}/{settings.epochs}  loss {row['loss']:.4f}  training accuracy"
            f" {row['accuracy']:6.1%}  {seconds:.2f} s, {left:.0f} s left",
            flush=True,
        )
    return history


def training_step(network, optimiser, inputs, labels, rate, autocast):
    """One step on one batch. Returns the mean loss before it and how many scans were right, as 0-d tensors."""
    with precision(labels.device, autocast):
        scores = network(inputs)
    loss = functional.cross_entropy(scores.float(), labels)
    loss.backward()
    optimiser.step(rate)
    return loss.detach(), (scores.argmax(1) == labels).sum()


@torch.no_grad()
def predict(network, inputs, batch, autocast):
    """Probabilities of the classes, (n, classes) float64 on the CPU."""
    network.eval()
    probabilities = []
    for part in torch.arange(len(inputs["depth"])).split(batch):
        chosen = take(inputs, part)
        with precision(chosen["depth"].device, autocast):
            scores = network(chosen)
        probabilities.append(scores.double().softmax(1).cpu())
    return torch.cat(probabilities).numpy()


def take(inputs, indices):
    """The inputs of some scans, channels last in memory."""
    return {name: values[indices] for name, values in inputs.items()}


def precision(device, autocast):
    """The context in which a network computes."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=autocast == "bfloat16")
