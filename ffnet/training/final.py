"""The final model: one experiment trained on all selected subjects, for predictions on other people's scans."""

import os
import platform
from collections.abc import Sequence

import numpy as np
import torch

from ffnet.errors import InputError
from ffnet.networks.model_file import write_model
from ffnet.networks.settings import IMAGENET, NONE, ExperimentSettings, NetworkSettings
from ffnet.seeds import seed_of
from ffnet.settings import read_settings
from ffnet.shards.hashes import data_hash
from ffnet.shards.samples import Samples, read_samples
from ffnet.training.device import hold_device
from ffnet.training.fit_network import repeatable, train_network
from ffnet.training.resume import Keeper, state_key
from ffnet.training.settings import TrainingSettings, conducted
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


def train_final(
    shards: Sequence[str | os.PathLike],
    split: str | os.PathLike,
    name: str,
    settings: dict,
    conduct: dict,
    code: str,
    threads: int,
    resume: str | os.PathLike,
    model: str | os.PathLike,
) -> None:
    """Trains an experiment on all subjects of a split, whatever their fold, and writes the network.

    shards: paths. split: path. name: the experiment's. settings: what planning.model_settings gave. conduct:
    config.yaml's section training, for what has no effect on numbers. code: hash of the code. resume: folder of the
    state of this training. model: path to write. The same seed and threads give the same bytes on a CPU.
    Raises InputError if the experiment is no network or no subject of the split has a scan.
    """
    experiment = read_settings(ExperimentSettings, settings["experiment"], f"config.yaml: experiments.{name}")
    if experiment.is_ridge:
        raise InputError(
            f"config.yaml: experiments.{name}: 'ridge' is no network, and only networks are kept as models"
        )
    networks = read_settings(NetworkSettings, settings["networks"], "config.yaml: networks")
    training = conducted(read_settings(TrainingSettings, settings["training"], "config.yaml: training"), conduct)
    collection = selected(read_samples(shards), read_split(split))
    subjects = len(set(collection.subject.tolist()))
    print(f"{name} on all {subjects} subjects: {len(collection.scan)} scans")
    seed = seed_of(training.seed, name, "final")
    data = data_hash(collection)
    keeper = Keeper(resume, state_key(settings, code, data, name, threads), training.save_every)
    repeatable(seed, threads)
    with hold_device(training.device, training.runs_per_gpu) as device:
        classes = len(settings["classes"])
        network, _, notes = train_network(collection, experiment, networks, training, classes, seed, device, keeper)
        network.cpu()
    last = {key: notes["epochs"][-1][key] for key in ("loss", "accuracy")}
    kept = {key: notes[key] for key in ("seed", "device", "computed_in", "pretrained_sha256")}
    told = {key: settings[key] for key in ("dataset", "layout", "synthetic", "classes", "preprocessing")}
    header = told | {
        "name": name,
        "experiment": settings["experiment"],
        "networks": settings["networks"],
        "training": settings["training"],
        "trained_on": {"subjects": subjects, "scans": len(collection.scan), "data_sha256": data},
        "run": kept | {"threads": threads, "code": code} | last,
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__},
        "licence": licence_note(settings["dataset"], settings["layout"], settings["synthetic"], networks.pretrained),
    }
    write_model(model, network, header)
    keeper.finish()


def selected(collection: Samples, folds: dict[str, int]) -> Samples:
    """The scans of the subjects of a split, subject -> fold. Raises InputError if there are none."""
    kept = np.isin(collection.subject, list(folds))
    if not kept.any():
        raise InputError("no subject of the split has a scan to train on; results/*/quarantine.csv says why")
    return collection.take(kept)


def licence_note(dataset: str, layout: str, synthetic: bool, pretrained: str) -> str:
    """Whose terms apply to a model, in a few sentences. pretrained: the setting."""
    data = "synthetic" if synthetic else "own" if layout == "manifest" else "collection"
    start = {NONE: (), IMAGENET: ("imagenet",)}.get(pretrained, ("file",))
    note = " ".join(TERMS[part] for part in (data, "landmarks", *start))
    return note.format(dataset=dataset, layout=layout, file=pretrained)
