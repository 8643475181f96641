"""What was trained on one collection, tested on another: the runs of the section `cross`, and `ffnet evaluate`."""

import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ffnet.shards.hashes import data_hash
from ffnet.shards.samples import Samples
from ffnet.training.cross_pairs import check_new_people
from ffnet.training.recipe import Recipe, RidgeRecipe
from ffnet.training.record import Record, record_text
from ffnet.training.ridge import ridge_probabilities
from ffnet.training.run_predictions import RunPredictions, predictions_text
from ffnet.training.session import Session, read_data

if TYPE_CHECKING:
    from ffnet.networks.fusion import FusionNet

BATCH = 32
Progress = Callable[[Collection[np.ndarray], str], Iterable[np.ndarray]]


class CrossRun(NamedTuple):
    """One experiment, trained on all who take part in one collection and tested on those of another.

    names: see class_names. same_layout: of both collections.
    """

    experiment: str
    repeat: int
    names: Sequence[str]
    same_layout: bool


class Fitted(NamedTuple):
    """What was trained and then tested.

    probabilities: (n_test, classes). subjects, scans, data: on whom it was trained, on how many scans and their hash.
    notes: those fields of a Record that only networks have.
    """

    probabilities: np.ndarray
    subjects: Sequence[str]
    scans: int
    data: str
    notes: dict[str, Any]


def evaluate_pair(
    run: CrossRun, trained: Sequence[str], tested: Sequence[str], recipe: Recipe, session: Session
) -> tuple[str, str]:
    """The texts of a run's predictions and of its record.

    trained: the model's file; of the linear floor, which is fitted here, shards.csv and split of its collection.
    tested: these two of the other collection. Raises InputError if somebody who is tested was trained on.
    """
    began = time.perf_counter()
    test = relabel(read_data(*tested)[0], run.names, recipe.classes)
    reading = time.perf_counter() - began
    fitted = (
        fit_floor(trained, test, recipe) if isinstance(recipe, RidgeRecipe) else run_network(trained[0], test, session)
    )
    check_new_people(run.experiment, fitted.subjects, test.subject.tolist(), run.same_layout)
    correct = (fitted.probabilities.argmax(axis=1) == test.label).mean()
    print(f"{run.experiment}, repeat {run.repeat}: {correct:.1%} of {len(test.scan)} scans classified correctly")
    record = Record(
        experiment=run.experiment,
        repeat=run.repeat,
        fold=0,
        scans={"training": fitted.scans, "test": len(test.scan)},
        data_sha256=hashlib.sha256((fitted.data + data_hash(test)).encode()).hexdigest(),
        **session.made_by(recipe),
        seconds={"reading": round(reading, 3), "all": round(time.perf_counter() - began, 3)},
        **fitted.notes,
    )
    predictions = RunPredictions(test.scan, test.subject, test.label, fitted.probabilities)
    return predictions_text(predictions, recipe.classes), record_text(record)


def relabel(collection: Samples, names: Sequence[str], classes: Sequence[str]) -> Samples:
    """The collection with labels in other classes. names: for each of its own classes one of these."""
    return collection._replace(label=np.array([classes.index(name) for name in names])[collection.label])


def fit_floor(trained: Sequence[str | os.PathLike], test: Samples, recipe: RidgeRecipe) -> Fitted:
    """The linear floor, fitted on the collection of shards.csv and a split."""
    train, _ = read_data(*trained)
    probabilities = ridge_probabilities(train, test, recipe)
    return Fitted(probabilities, sorted(set(train.subject.tolist())), len(train.scan), data_hash(train), {})


def run_network(path: str | os.PathLike, test: Samples, session: Session) -> Fitted:
    """The network of a model's file, tested on the cores."""
    from ffnet.networks.model_file import read_model  # torch takes seconds to import, the floor needs none of it
    from ffnet.training.trainer import make_deterministic

    make_deterministic(session.threads)
    network, header = read_model(path)
    began = time.perf_counter()
    probabilities = collection_probabilities(network, test)
    of, run = header["trained_on"], header["run"]
    notes = {name: run[name] for name in ("device", "computed_in", "seed", "pretrained_sha256")} | {
        "torch": header["versions"]["torch"],
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "test_seconds": round(time.perf_counter() - began, 3),
    }
    return Fitted(probabilities, of["names"], of["scans"], of["data_sha256"], notes)


def collection_probabilities(
    network: "FusionNet", collection: Samples, progress: Progress = lambda parts, what: parts
) -> np.ndarray:
    """Probabilities (n, classes) float64 of all scans, computed in float32 on the cores. progress: gives the batches
    one after another."""
    import torch

    from ffnet.training.loop import network_inputs, predict
    from ffnet.training.precision import Precision

    cpu = Precision(torch.device("cpu"), "float32")
    parts = np.array_split(np.arange(len(collection.scan)), -(-len(collection.scan) // BATCH))
    work = progress(parts, f"batches of {BATCH} scans")
    return np.concatenate(
        [predict(network, network_inputs(collection.take(part), cpu.device), BATCH, cpu) for part in work]
    )
