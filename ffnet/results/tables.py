"""One table over all collections and experiments: as CSV for machines, as Markdown for a terminal or a page."""

import csv
import io
import math
import pathlib
from typing import NamedTuple

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.results.accuracy import Accuracy, summarise
from ffnet.results.paper import paper_accuracy, read_paper
from ffnet.results.predictions import read_predictions

PAPER_HEADING = "paper, on the real collection"


class Collection(NamedTuple):
    """What the table must say of a dataset: whether it was generated, and which of the paper's it stands for.

    paper: one of ffnet.results.paper.DATASETS, or None where the paper has no such collection. classes: names.
    """

    synthetic: bool
    paper: str | None
    classes: tuple = EXPRESSIONS


class TableRow(NamedTuple):
    """One experiment on one dataset. paper: the paper's percent as printed, "" where it has no such cell."""

    dataset: str
    experiment: str
    collection: Collection
    accuracy: Accuracy
    paper: str


def table_rows(paths, collections, confidence):
    """TableRows from the files results/{dataset}/predictions/{experiment}.csv, in the order given.

    collections: dataset -> Collection. confidence: of the intervals, for example 0.95. One file is held at a time.
    Raises InputError where a file is not whole, or where two experiments of a dataset tested different scans.
    """
    paper, first, rows = read_paper(), {}, []
    for path in map(pathlib.Path, paths):
        dataset, experiment = path.parent.parent.name, path.stem
        collection = collections[dataset]
        predictions = read_predictions(path, collection.classes)
        scans = set(predictions.scan.tolist())
        other, expected = first.setdefault(dataset, (path, scans))
        if scans != expected:
            raise InputError(
                f"{path}: {len(scans)} scans were tested, {len(expected)} in {other}; the first that differs is "
                f"{min(scans ^ expected)}; delete the runs of the one that is not whole and run again"
            )
        printed = paper_accuracy(paper, collection.paper, experiment)
        rows.append(TableRow(dataset, experiment, collection, summarise(predictions, confidence), printed))
    return rows


def accuracy_csv(rows, confidence):
    """The table as CSV text, percent with two decimals; a cell is empty where too few runs were made."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(
        (
            *("dataset", "experiment", "data", "subjects", "scans", "repeats", "folds", "runs", "accuracy"),
            *("sd_over_runs", "sd_over_repeats", "confidence", "interval_low", "interval_high", "chance"),
            PAPER_HEADING,
        )
    )
    for row in rows:
        found = row.accuracy
        counts = found.subjects, found.scans, found.repeats, found.folds, found.repeats * found.folds
        spread = _percent(found.sd_over_runs), _percent(found.sd_over_repeats)
        interval = _percent(found.low), _percent(found.high)
        writer.writerow(
            (
                *(row.dataset, row.experiment, _kind(row), *counts, _percent(found.mean)),
                *(*spread, confidence, *interval, f"{_chance(row):.2f}", row.paper),
            )
        )
    return lines.getvalue()


def accuracy_markdown(rows, confidence):
    """The table as Markdown text whose columns also align in a terminal, with notes on how to read it."""
    heading = ("dataset", "data", "experiment", "subjects", "scans", "runs", "accuracy %", "sd")
    cells = [(*heading, f"{confidence:.0%} interval", PAPER_HEADING)]
    for row in rows:
        found = row.accuracy
        interval = "" if math.isnan(found.low) else f"{_percent(found.low, 1)} to {_percent(found.high, 1)}"
        cells.append(
            (
                *(row.dataset, _kind(row), row.experiment, str(found.subjects), str(found.scans)),
                *(f"{found.repeats} x {found.folds}", _percent(found.mean), _percent(found.sd_over_runs)),
                *(interval, row.paper),
            )
        )
    return "\n".join(["# Accuracy", "", *_aligned(cells, left=3), "", *_notes(rows, confidence)]) + "\n"


def _notes(rows, confidence):
    notes = [
        *dict.fromkeys(_chance_note(row) for row in rows),
        "- runs: repeats x folds of cross-validation by subject; accuracy and sd (standard deviation): over all runs.",
        f"- {confidence:.0%} interval: corrected for the overlap of the training sets (Nadeau and Bengio, 2003).",
        f"- {PAPER_HEADING}: as printed in its Tables 1 to 5, on BU-3DFE and Bosphorus themselves.",
    ]
    if any(row.collection.synthetic for row in rows):
        notes.append("- synthetic: generated faces; these figures say nothing about the paper's collections.")
    return notes


def _chance(row):
    return 100 / len(row.collection.classes)


def _chance_note(row):
    if row.collection.classes == EXPRESSIONS:
        return f"- Chance is {_chance(row):.2f}%: six expressions, equally frequent."
    return (
        f"- Chance on {row.dataset} is {_chance(row):.2f}%: {len(row.collection.classes)} classes, if equally frequent."
    )


def _aligned(cells, left):
    """Lines of a Markdown table from rows of text, the heading first; `left` columns to the left, the rest right."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "| " + " | ".join(f"{c:{'<' if i < left else '>'}{widths[i]}}" for i, c in enumerate(row)) + " |"
        for row in cells
    ]
    rule = "| " + " | ".join("-" * w if i < left else "-" * (w - 1) + ":" for i, w in enumerate(widths)) + " |"
    return [lines[0], rule, *lines[1:]]


def _kind(row):
    return "synthetic" if row.collection.synthetic else "licensed"


def _percent(share, decimals=2):
    return "" if math.isnan(share) else f"{100 * share:.{decimals}f}"
