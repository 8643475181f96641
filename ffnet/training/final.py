"""The final model: one experiment trained on all selected subjects, for predictions on other people's scans."""

import dataclasses
import os
import platform

import numpy as np
import torch

from ffnet.errors import InputError
from ffnet.networks.fusion import FusionNet
from ffnet.networks.model_file import write_model
from ffnet.networks.settings import IMAGENET, NONE
from ffnet.origin import SYNTHETIC
from ffnet.seeds import seed_of
from ffnet.shards.hashes import data_hash
from ffnet.shards.samples import Samples
from ffnet.training.recipe import ModelSource, NetworkRecipe, Recipe
from ffnet.training.session import Session
from ffnet.training.settings import BEST
from ffnet.training.splits import validation_subjects
from ffnet.training.trainer import hold_trainer

TERMS = {  # whose terms apply to a model
    "synthetic": "Trained only on generated faces (CC0); its predictions say nothing about real faces.",
    "own": "Trained on the scans of '{dataset}': their owners decide whether it may be passed on.",
    "collection": "Trained on '{dataset}', of the layout {layout}: the terms of that collection decide whether it may"
    " be passed on.",
    "landmarks": "Scans were turned and masked with dlib's 68-point model, which excludes commercial use.",
    "imagenet": "It started from torchvision's VGG16-BN, trained on ImageNet, whose terms are for non-commercial"
    " research and education.",
    "file": "It started from the weights in '{file}', whose terms apply too.",
}


def write_final(
    path: str | os.PathLike,
    name: str,
    collection: Samples,
    recipe: Recipe,
    source: ModelSource,
    kind: str,
    session: Session,
    repeat: int = 0,
) -> None:
    """Trains a final model, writes it with all that a prediction needs, and deletes its checkpoint; see train_final and
    model_header."""
    network, trained = train_final(name, collection, recipe, session, repeat)
    assert isinstance(recipe, NetworkRecipe)  # train_final has refused others
    write_model(path, network, model_header(name, recipe, source, kind) | trained)
    session.checkpoint(name).delete()


def train_final(
    name: str, collection: Samples, recipe: Recipe, session: Session, repeat: int = 0
) -> tuple[FusionNet, dict]:
    """Trains an experiment on all scans of a collection, but those of validation subjects where training.keep needs
    them. Returns the network, on the CPU, and what its file says of the training. name: of the experiment. repeat: 0
    for the model to keep; any other draws other seeds and validation subjects. The same
    seed and threads give the same bytes on a CPU.

    Raises InputError if the experiment is not a network.
    """
    if not isinstance(recipe, NetworkRecipe):
        raise InputError(f"config.yaml: experiments.{name}: 'ridge' is not a network; only networks can be models")
    subjects = sorted(set(collection.subject.tolist()))
    of_repeat, watched = ["final", *([repeat] if repeat else [])], recipe.validation
    held_out = validation_subjects(
        subjects, watched.subjects if recipe.training.keep == BEST else 0, watched.seed, *of_repeat
    )
    validated = np.isin(collection.subject, held_out)
    scans, validation = np.flatnonzero(~validated), np.flatnonzero(validated)
    beside = f", validation on {len(validation)}" if len(validation) else ""
    print(f"{name} on all {len(subjects)} subjects: {len(scans)} scans{beside}", flush=True)
    seed = seed_of(recipe.training.seed, name, *of_repeat)
    with hold_trainer(recipe, collection, session, [len(scans)]) as trainer:
        (worker,) = trainer.workers
        with worker.turn():
            state = trainer.train(worker, scans, seed, session.checkpoint(name), validation=validation)
            notes, network = trainer.notes(state), state.network.cpu()
    run = {key: notes[key] for key in ("seed", "device", "computed_in", "pretrained_sha256")}
    kept = notes["epochs"][(notes["kept_epoch"] or len(notes["epochs"])) - 1]
    last = {key: kept[key] for key in ("loss", "accuracy")}
    return network, {
        "training": dataclasses.asdict(recipe.training),
        "trained_on": {
            "subjects": len(subjects),
            "names": subjects,
            **({"validation": held_out, "kept_epoch": notes["kept_epoch"]} if held_out else {}),
            "scans": len(collection.scan),
            "data_sha256": data_hash(collection),
        },
        "run": run | {"threads": session.threads, "code": session.code} | last,
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__},
    }


def model_header(name: str, recipe: NetworkRecipe, source: ModelSource, kind: str) -> dict:
    """What a model's file says of the network, the scans it takes and whose terms apply; see write_model. kind: of the
    data, see ffnet.origin."""
    return dataclasses.asdict(source) | {
        "name": name,
        "synthetic": kind == SYNTHETIC,
        "classes": recipe.classes,
        "experiment": dataclasses.asdict(recipe.experiment),
        "networks": dataclasses.asdict(recipe.networks),
        "licence": licence_note(source.dataset, source.layout, kind == SYNTHETIC, recipe.networks.pretrained),
    }


def licence_note(dataset: str, layout: str, synthetic: bool, pretrained: str) -> str:
    """Whose terms apply to a model, in a few sentences. pretrained: the setting."""
    data = "synthetic" if synthetic else "own" if layout == "manifest" else "collection"
    start = {NONE: (), IMAGENET: ("imagenet",)}.get(pretrained, ("file",))
    note = " ".join(TERMS[part] for part in (data, "landmarks", *start))
    return note.format(dataset=dataset, layout=layout, file=pretrained)
