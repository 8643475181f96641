"""evaluate: how well a trained model classifies every scan of a collection that it was not trained on."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from ffnet.commands.config_file import check_dataset
from ffnet.commands.printing import counted
from ffnet.config import Config
from ffnet.errors import InputError
from ffnet.predict.predictor import Predictor
from ffnet.results.changes import differing_keys
from ffnet.results.predictions import Predictions, predicted_labels
from ffnet.results.statistics.accuracy import most_frequent, naive_interval
from ffnet.results.statistics.classes import class_scores, confusion_counts
from ffnet.results.tables.formatters import terminal_lines
from ffnet.results.tables.number_text import interval
from ffnet.results.tables.table import Column, View, named
from ffnet.shards.hashes import read_shard_list
from ffnet.shards.samples import read_samples
from ffnet.storage import write_text
from ffnet.training.cross_pairs import check_new_people
from ffnet.training.evaluation import collection_probabilities
from ffnet.training.run_predictions import RunPredictions, predictions_text
from ffnet.workflow import files

OWN = ("unit", "projection", "scans.pixel_spacing", "scans.frame_step")  # what may differ: it belongs to a collection


def evaluate_model(predictor: Predictor, config: Config, dataset: str, confidence: float, table: str | None) -> int:
    """Prints the accuracy of a Predictor on all scans of a dataset's shards, with an interval over subjects, and its
    confusion matrix. table: path of a CSV for the predictions, or None. Returns 0.

    Raises InputError if the dataset is unknown or not preprocessed, if its classes or its preprocessing are not those
    of the model, or if the model was trained on one of its subjects.
    """
    check_dataset(config, dataset)
    check_fit(predictor, config, dataset)
    collection = read_samples(read_shard_list(files.SHARD_HASHES.format(dataset=dataset)))
    header, subjects = predictor.header, collection.subject.tolist()
    same_layout = header.get("layout") == config.datasets[dataset].layout
    check_new_people(header["name"], header.get("trained_on", {}).get("names", ()), subjects, same_layout)
    rows = collection_probabilities(predictor.network, collection, counted)
    found = RunPredictions(collection.scan, collection.subject, collection.label, rows)
    if table is not None:
        write_text(table, predictions_text(found, predictor.classes))
    once = np.zeros(len(collection.scan), np.int64)
    print("\n".join(report(Predictions(once, once, *found), predictor, dataset, confidence)))
    return 0


def check_fit(predictor: Predictor, config: Config, dataset: str) -> None:
    """Raises InputError unless the shards of a dataset have the classes of a model and are made as its own were."""
    chosen, name = config.datasets[dataset], predictor.header["name"]
    if chosen.classes != predictor.classes:
        raise InputError(
            f"config.yaml: datasets.{dataset}.classes: {name} was trained for {', '.join(predictor.classes)};"
            f" found {', '.join(chosen.classes)}"
        )
    made = asdict(config.preprocessing(chosen.unit, chosen.projection))
    other = [row for row in differing_keys(asdict(predictor.preprocessing), made) if row[0] not in OWN]
    if other:
        key, expected, found = other[0]
        raise InputError(
            f"config.yaml: {key}: {name} was trained on scans prepared with {expected}, found {found}; set it to"
            f" {expected}, run 'snakemake --cores all shards', and evaluate again"
        )


def report(tested: Predictions, predictor: Predictor, dataset: str, confidence: float) -> list[str]:
    """The lines that evaluate_model prints."""
    right = predicted_labels(tested) == tested.label
    subjects, number = np.unique(tested.subject, return_inverse=True)
    by_subject = np.bincount(number, right) / np.bincount(number)
    low, high = naive_interval(by_subject[None], confidence)
    header, trained = predictor.header, predictor.header["trained_on"]["subjects"]
    reach = f", {confidence:.0%} interval {interval(100 * low, 100 * high)}%" if low < high else ""
    return [
        f"{header['name']}, trained on {trained} subjects of {header['dataset']}",
        f"tested on {dataset}: {len(subjects)} subjects, {len(right)} scans",
        f"accuracy {right.mean():.2%}; mean over subjects {by_subject.mean():.2%}{reach};"
        f" chance {most_frequent(tested.label):.2%}",
        "",
        *confusion_lines(confusion_counts(tested), predictor.classes),
    ]


def confusion_lines(counts: np.ndarray, classes: Sequence[str]) -> list[str]:
    """A table of counts: rows the true class, columns the predicted one, and the recall of each class."""
    recall = class_scores(counts).recall
    rows = [
        {"true": name, "recall": 100 * share} | dict(zip(classes, line.tolist(), strict=True))
        for name, line, share in zip(classes, counts, recall, strict=True)
    ]
    columns = (*named("true", left=True), *named(*classes, form="d"), Column("recall", "", ".1f", "recall %"))
    return terminal_lines(View("Confusion", columns, rows))
