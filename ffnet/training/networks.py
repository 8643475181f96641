"""One network trained on one half of a collection and tested on the other."""

import time

import torch

from ffnet.errors import InputError
from ffnet.networks.fusion import build_network
from ffnet.networks.pretrained import start_from_pretrained
from ffnet.training.loop import network_inputs, predict, train


def fit_network(trained, tested, experiment, networks, training, classes, seed, threads):
    """Builds, trains and tests a network.

    trained, tested: Collections. classes: how many there are. seed: of this run. Returns probabilities
    (n_tested, classes) float64 and a dict of notes: what the training did, on what, and how long it took. The same
    seed and threads give the same bits on a CPU.
    """
    repeatable(seed, threads)
    device = choose_device(training.device)
    network = build_network(experiment, networks, classes)
    pretrained = start_from_pretrained(network, experiment, networks)
    network.to(device, memory_format=torch.channels_last)
    start = time.perf_counter()
    inputs, labels = network_inputs(trained, device), torch.from_numpy(trained.label).to(device)
    history = train(network, inputs, labels, training, seed)
    finished = time.perf_counter()
    probabilities = predict(network, network_inputs(tested, device), training.batch, training.autocast)
    return probabilities, {
        "seed": seed,
        "pretrained_sha256": pretrained,
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
        "threads": threads,
        "torch": torch.__version__,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "training_seconds": round(finished - start, 3),
        "test_seconds": round(time.perf_counter() - finished, 3),
        "epochs": history,
    }


def repeatable(seed, threads):
    """Makes torch give the same bits again, in a number of threads.

    set_deterministic_debug_mode is use_deterministic_algorithms without the import of torch's compiler (2 s).
    """
    torch.set_num_threads(threads)
    torch.set_deterministic_debug_mode("error")
    torch.utils.deterministic.fill_uninitialized_memory = False  # a debugging aid that writes every tensor twice
    torch.manual_seed(seed)


def choose_device(wanted):
    """The torch device for "auto", "cpu" or "cuda". Raises InputError if a GPU is asked for and there is none."""
    available = torch.cuda.is_available()
    if wanted == "cuda" and not available:
        raise InputError("training.device is cuda and torch finds no GPU here; set it to auto or cpu")
    return torch.device("cuda" if available and wanted != "cpu" else "cpu")
