"""The final model: one experiment trained on all selected subjects, for predictions on other people's scans."""

import pathlib
import platform

import numpy as np
import torch

from ffnet.errors import InputError
from ffnet.networks.fusion import build_network
from ffnet.networks.model_file import write_model
from ffnet.networks.pretrained import start_from_pretrained
from ffnet.networks.settings import IMAGENET, NONE, ExperimentSettings, NetworkSettings
from ffnet.seeds import seed_of
from ffnet.settings import read_settings
from ffnet.shards.collection import read_collection
from ffnet.training.loop import network_inputs, train
from ffnet.training.networks import choose_device, repeatable
from ffnet.training.run import data_hash
from ffnet.training.settings import TrainingSettings
from ffnet.training.splits import read_split

TERMS = {  # who has a say in what becomes of a model
    "synthetic": "Trained on generated faces (CC0) alone; it says nothing of how real faces are recognised.",
    "own": "Trained on the scans of '{dataset}': whether it may be passed on is for their owners to say.",
    "collection": "Trained on '{dataset}', of the layout {layout}: the terms of that collection say whether it may be"
    " passed on.",
    "landmarks": "Scans were turned and masked with dlib's 68-point model, which excludes commercial use.",
    "imagenet": "It started from torchvision's VGG16-BN, trained on ImageNet, whose terms are for non-commercial"
    " research and education.",
    "file": "It started from the weights in '{file}', whose terms apply too.",
}


def train_final(shards, split, name, settings, code, threads, model):
    """Trains an experiment on all subjects of a split, whatever their fold, and writes the network.

    shards: paths. split: path. name: the experiment's. settings: what planning.model_settings gave. code: hash of the
    code. model: path to write. The same seed and threads give the same bytes on a CPU.
    Raises InputError if the experiment is no network or no subject of the split has a scan.
    """
    experiment = read_settings(ExperimentSettings, settings["experiment"], f"config.yaml: experiments.{name}")
    if experiment.is_ridge:
        raise InputError(
            f"config.yaml: experiments.{name}: 'ridge' is no network, and only networks are kept as models"
        )
    networks = read_settings(NetworkSettings, settings["networks"], "config.yaml: networks")
    training = read_settings(TrainingSettings, settings["training"], "config.yaml: training")
    collection = selected(read_collection(shards), read_split(pathlib.Path(split).read_text("utf-8")))
    subjects = len(set(collection.subject.tolist()))
    print(f"{name} on all {subjects} subjects: {len(collection.scan)} scans")
    seed = seed_of(training.seed, name, "final")
    network, notes = train_on_all(collection, experiment, networks, training, len(settings["classes"]), seed, threads)
    told = {key: settings[key] for key in ("dataset", "layout", "synthetic", "classes", "preprocessing")}
    header = told | {
        "name": name,
        "experiment": settings["experiment"],
        "networks": settings["networks"],
        "training": settings["training"],
        "trained_on": {"subjects": subjects, "scans": len(collection.scan), "data_sha256": data_hash(collection)},
        "run": notes | {"seed": seed, "threads": threads, "code": code},
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__},
        "licence": licence_note(settings["dataset"], settings["layout"], settings["synthetic"], networks.pretrained),
    }
    write_model(model, network, header)


def selected(collection, pairs):
    """The scans of the (subject, fold) pairs of a split. Raises InputError if there are none."""
    kept = np.isin(collection.subject, [subject for subject, _ in pairs])
    if not kept.any():
        raise InputError("no subject of the split has a scan to train on; results/*/quarantine.csv says why")
    return collection.take(kept)


def train_on_all(collection, experiment, networks, training, classes, seed, threads):
    """Builds a network and trains it on a Collection. classes: their number.

    Returns the network and a dict: the device, what it started from, loss and accuracy of the last epoch.
    """
    repeatable(seed, threads)
    device = choose_device(training.device)
    network = build_network(experiment, networks, classes)
    started = start_from_pretrained(network, experiment, networks)
    network.to(device, memory_format=torch.channels_last)
    inputs, labels = network_inputs(collection, device), torch.from_numpy(collection.label).to(device)
    last = train(network, inputs, labels, training, seed)[-1]
    return network, {
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
        "pretrained_sha256": started,
        "loss": last["loss"],
        "accuracy": last["accuracy"],
    }


def licence_note(dataset, layout, synthetic, pretrained):
    """Whose terms apply to a model, in a few sentences. pretrained: the setting."""
    data = "synthetic" if synthetic else "own" if layout == "manifest" else "collection"
    start = {NONE: (), IMAGENET: ("imagenet",)}.get(pretrained, ("file",))
    note = " ".join(TERMS[part] for part in (data, "landmarks", *start))
    return note.format(dataset=dataset, layout=layout, file=pretrained)
