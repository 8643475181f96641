"""One run: one experiment, one repeat, one fold of one dataset (paper, section 3.1)."""

import csv
import dataclasses
import io
import json
import os
import platform
import time
from collections.abc import Sequence

import numpy as np

from ffnet.networks.settings import ExperimentSettings, NetworkSettings
from ffnet.seeds import seed_of
from ffnet.settings import read_settings
from ffnet.shards.hashes import data_hash
from ffnet.shards.samples import Samples, read_samples
from ffnet.storage import write_text
from ffnet.training.resume import Keeper, state_key
from ffnet.training.ridge import ridge_probabilities
from ffnet.training.settings import RidgeSettings, TrainingSettings, conducted
from ffnet.training.splits import check_disjoint, fold_masks, read_split


@dataclasses.dataclass(frozen=True)
class Run:
    """Which run of an experiment this is."""

    name: str
    repeat: int
    fold: int


def train_fold(
    shards: Sequence[str | os.PathLike],
    split: str | os.PathLike,
    run: Run,
    settings: dict,
    conduct: dict,
    code: str,
    threads: int,
    resume: str | os.PathLike,
    predictions: str | os.PathLike,
    record: str | os.PathLike,
) -> None:
    """Reads a collection and its split, trains and tests one fold, writes the predictions and what it took.

    shards: paths. split: path. run: Run. settings: what run_settings gave. conduct: config.yaml's section training,
    for what has no effect on numbers. code: hash of the code. resume: folder of this run's state, gone when the run
    is done. predictions, record: paths to write.
    """
    began = time.perf_counter()
    collection = read_samples(shards)
    folds = read_split(split)
    for subject in sorted(set(folds) - set(collection.subject.tolist())):
        print(f"subject {subject} takes no part: all its scans were left out, see quarantine.csv")
    trained, tested = fold_masks(collection.subject, folds, run.fold)
    train, test = collection.take(trained), collection.take(tested)
    reading = time.perf_counter() - began
    print(f"{run.name}, repeat {run.repeat}, fold {run.fold}: {len(train.scan)} scans train, {len(test.scan)} test")
    data = data_hash(train, test)
    keeper = Keeper(resume, state_key(settings, code, data, dataclasses.asdict(run), threads), conduct["save_every"])
    probabilities, notes = fit_and_predict(train, test, run, settings, conduct, threads, keeper)
    right = (probabilities.argmax(axis=1) == test.label).mean()
    print(f"{right:.1%} of the test half right")
    notes |= {
        "experiment": run.name,
        "repeat": run.repeat,
        "fold": run.fold,
        "scans": {"training": len(train.scan), "test": len(test.scan)},
        "data_sha256": data,
        "code": code,
        "settings": settings,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "seconds": {"reading": round(reading, 3), "all": round(time.perf_counter() - began, 3)},
    }
    write_text(predictions, prediction_table(test, probabilities, settings["classes"]))
    write_text(record, json.dumps(notes, indent=1) + "\n")
    keeper.finish()


def fit_and_predict(
    train: Samples,
    test: Samples,
    run: Run,
    settings: dict,
    conduct: dict,
    threads: int,
    keeper: Keeper | None = None,
) -> tuple[np.ndarray, dict]:
    """Trains on one half and predicts the other.

    train, test: Samples. settings, conduct: as train_fold has them. keeper: Keeper of a network's state. Returns
    probabilities (n_test, classes) and a dict of notes. Raises InputError if a subject is in both halves.
    """
    check_disjoint(train.subject, test.subject)
    classes = len(settings["classes"])
    experiment = read_settings(ExperimentSettings, settings["experiment"], f"config.yaml: experiments.{run.name}")
    if experiment.is_ridge:
        ridge = read_settings(RidgeSettings, settings["ridge"], "config.yaml: ridge")
        return ridge_probabilities(train, test, experiment.streams, classes, ridge), {"threads": threads}
    from ffnet.training.fit_network import fit_network  # torch takes 2 s to import, ridge runs take none of it

    networks = read_settings(NetworkSettings, settings["networks"], "config.yaml: networks")
    training = conducted(read_settings(TrainingSettings, settings["training"], "config.yaml: training"), conduct)
    seed = seed_of(training.seed, run.name, run.repeat, run.fold)
    return fit_network(train, test, experiment, networks, training, classes, seed, threads, keeper)


def prediction_table(test: Samples, probabilities: np.ndarray, classes: Sequence[str]) -> str:
    """CSV text: scan, subject, the label's name and a probability for each of the classes (their names) with eight
    decimals; rows sorted by scan."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("scan", "subject", "label", *classes))
    for scan, subject, label, row in zip(test.scan, test.subject, test.label, probabilities, strict=True):
        writer.writerow((scan, subject, classes[label], *(f"{value:.8f}" for value in row)))
    return text.getvalue()
