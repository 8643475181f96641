"""One network trained on one half of a collection and tested on the other."""

import os
import time

import numpy as np
import torch

from ffnet.networks.fusion import FusionNet, build_network
from ffnet.networks.pretrained import start_from_pretrained
from ffnet.networks.settings import ExperimentSettings, NetworkSettings
from ffnet.shards.samples import Samples
from ffnet.training.device import check_memory, device_name, hold_device
from ffnet.training.loop import network_inputs, predict, train
from ffnet.training.precision import Precision
from ffnet.training.resume import Keeper
from ffnet.training.settings import TrainingSettings


def fit_network(
    trained: Samples,
    tested: Samples,
    experiment: ExperimentSettings,
    networks: NetworkSettings,
    training: TrainingSettings,
    classes: int,
    seed: int,
    threads: int,
    keeper: Keeper | None = None,
) -> tuple[np.ndarray, dict]:
    """Builds, trains and tests a network.

    trained, tested: Samples. classes: how many there are. seed: of this run. keeper: Keeper of its state. Returns
    probabilities (n_tested, classes) float64 and a dict of notes: what the training did, on what, and how long it
    took. The same seed and threads give the same bits on a CPU, killed and taken up again or not.
    """
    repeatable(seed, threads)
    with hold_device(training.device, training.runs_per_gpu) as device:
        network, precision, notes = train_network(
            trained, experiment, networks, training, classes, seed, device, keeper
        )
        start = time.perf_counter()
        probabilities = predict(network, network_inputs(tested, device), training.batch, precision)
    return probabilities, notes | {"threads": threads, "test_seconds": round(time.perf_counter() - start, 3)}


def train_network(
    collection: Samples,
    experiment: ExperimentSettings,
    networks: NetworkSettings,
    training: TrainingSettings,
    classes: int,
    seed: int,
    device: torch.device,
    keeper: Keeper | None,
) -> tuple[FusionNet, Precision, dict]:
    """Builds a network and trains it on a Samples. Returns it, its Precision and a dict of notes."""
    precision = Precision(device, training.autocast)
    network = build_network(experiment, networks, classes)
    pretrained = start_from_pretrained(network, experiment, networks)
    network.to(device).to(memory_format=torch.channels_last)
    check_memory(sum(column.nbytes for column in collection), device)
    inputs, labels = network_inputs(collection, device), torch.from_numpy(collection.label).to(device)
    progress = train(network, inputs, labels, training, seed, precision, keeper)
    return (
        network,
        precision,
        {
            "seed": seed,
            "pretrained_sha256": pretrained,
            "device": device_name(device),
            "computed_in": str(precision.type).removeprefix("torch."),
            "torch": torch.__version__,
            "parameters": sum(parameter.numel() for parameter in network.parameters()),
            "training_seconds": round(sum(row["seconds"] for row in progress.history), 3),
            "resumed": progress.resumed,
            "epochs": progress.history,
        },
    )


def repeatable(seed: int, threads: int) -> None:
    """Makes torch give the same bits again, in a number of threads.

    set_deterministic_debug_mode is use_deterministic_algorithms without the import of torch's compiler (2 s).
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # else sums on a GPU come in any order
    torch.set_num_threads(threads)
    torch.set_deterministic_debug_mode("error")
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined] # writes all tensors twice
    torch.manual_seed(seed)
