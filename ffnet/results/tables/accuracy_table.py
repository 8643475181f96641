"""The headline: every experiment on every dataset; and how much the correction of its interval matters."""

import math

from ffnet.expressions import EXPRESSIONS
from ffnet.results.tables.paper import paper_accuracy, read_paper
from ffnet.results.tables.rendering import Table, percent
from ffnet.results.tested_experiments import DatasetInfo, Experiment

PAPER_HEADING = "paper, on the real collection"
COLUMNS = {
    "dataset": "name in config.yaml",
    "experiment": "name in config.yaml",
    "data": "synthetic: generated faces; licensed: scans of people",
    "subjects": "how many were tested",
    "scans": "how many were tested, each once per repeat",
    "repeats": "of the cross-validation, as asked for",
    "folds": "of each repeat",
    "runs": "trainings behind the accuracy: repeats x folds once all are made",
    "accuracy": "percent, mean over all runs",
    "sd_over_runs": "percent points, standard deviation (n - 1) of the runs",
    "sd_over_repeats": "percent points, standard deviation (n - 1) of the repeats' means; empty for one repeat",
    "confidence": "of the interval",
    "interval_low": "percent, lower end of the interval corrected for the overlap of the training sets",
    "interval_high": "percent, its upper end",
    "chance": "percent, for classes equally frequent",
    PAPER_HEADING: "percent as printed; empty where the paper has no such cell",
}
INTERVAL_COLUMNS = {
    **{name: COLUMNS[name] for name in ("dataset", "experiment", "data", "repeats", "folds", "runs", "accuracy")},
    **{name: COLUMNS[name] for name in ("sd_over_runs", "sd_over_repeats", "confidence")},
    "corrected_low": COLUMNS["interval_low"],
    "corrected_high": COLUMNS["interval_high"],
    "naive_low": "percent, lower end of the interval as if all runs were independent, which they are not",
    "naive_high": "percent, its upper end",
}


def accuracy_table(experiments: list[Experiment], confidence: float) -> Table:
    """The Table `accuracy` of Experiments; a cell is empty where too few runs were made."""
    paper = read_paper()
    heading: tuple[str, ...] = ("dataset", "data", "experiment", "subjects", "scans", "runs", "accuracy %", "sd")
    rows, lines = [], []
    for one in experiments:
        found, printed = one.accuracy, paper_accuracy(paper, one.collection.paper, one.network)
        counts = found.subjects, found.scans, found.repeats, found.folds, found.runs
        spread = percent(found.sd_over_runs), percent(found.sd_over_repeats)
        ends = percent(found.low), percent(found.high)
        which = one.dataset, one.name, one.collection.kind
        chance = f"{_chance(one.collection):.2f}"
        rows.append((*which, *map(str, counts), percent(found.mean), *spread, str(confidence), *ends, chance, printed))
        lines.append(
            (
                *(one.dataset, one.collection.kind, one.name, str(found.subjects), str(found.scans), one.runs_text),
                *(percent(found.mean), percent(found.sd_over_runs), interval_text(found.low, found.high), printed),
            )
        )
    heading = (*heading, f"{confidence:.0%} interval", PAPER_HEADING)
    notes = _notes(experiments, confidence)
    return Table("accuracy", "Accuracy", COLUMNS, rows, heading, lines, left=3, notes=notes)


def interval_table(experiments: list[Experiment], confidence: float) -> Table:
    """The Table `intervals`: the corrected interval beside the naive one."""
    rows, lines = [], []
    for one in experiments:
        found = one.accuracy
        counts = tuple(map(str, (found.repeats, found.folds, found.runs)))
        spread = percent(found.sd_over_runs), percent(found.sd_over_repeats)
        ends = tuple(map(percent, (found.low, found.high, found.naive_low, found.naive_high)))
        which = one.dataset, one.name, one.collection.kind
        rows.append((*which, *counts, percent(found.mean), *spread, str(confidence), *ends))
        times = "" if math.isnan(found.low) else f"{math.sqrt(1 + found.runs / (found.folds - 1)):.1f} x"
        lines.append(
            (
                *(one.dataset, one.collection.kind, one.name, one.runs_text, percent(found.mean), *spread),
                *(interval_text(found.low, found.high), interval_text(found.naive_low, found.naive_high), times),
            )
        )
    heading: tuple[str, ...] = (
        "dataset",
        "data",
        "experiment",
        "runs",
        "accuracy %",
        "sd over runs",
        "sd over repeats",
    )
    heading = (*heading, f"{confidence:.0%} interval", "naive interval", "wider by")
    notes = (
        "interval: s * sqrt(1/(TK) + 1/(K-1)), s the standard deviation over T repeats of K folds (Nadeau and Bengio,"
        " 2003; Bouckaert and Frank, 2004): any two training sets share most of their subjects.",
        "naive interval: s / sqrt(TK), as if the runs were independent. It shrinks with every repeat, though no new"
        " subject is seen; do not quote it.",
        *synthetic_notes(experiments),
    )
    return Table("intervals", "Intervals", INTERVAL_COLUMNS, rows, heading, lines, left=3, notes=notes)


def interval_text(low: float, high: float) -> str:
    """Two shares of 1 as "80.1 to 90.2" percent; "" for NaN."""
    return "" if math.isnan(low) else f"{percent(low, 1)} to {percent(high, 1)}"


def synthetic_notes(experiments: list[Experiment]) -> tuple[str, ...]:
    """What must stand below every table with figures on generated faces."""
    if any(one.collection.synthetic for one in experiments):
        return ("synthetic: generated faces; these figures say nothing about the paper's collections.",)
    return ()


def _notes(experiments: list[Experiment], confidence: float) -> tuple[str, ...]:
    return (
        *dict.fromkeys(_chance_note(one) for one in experiments),
        "runs: repeats x folds of cross-validation by subject; accuracy and sd (standard deviation): over all runs.",
        f"{confidence:.0%} interval: corrected for the overlap of the training sets (Nadeau and Bengio, 2003).",
        f"{PAPER_HEADING}: as printed in its Tables 1 to 5, on BU-3DFE and Bosphorus themselves.",
        *synthetic_notes(experiments),
    )


def _chance(collection: DatasetInfo) -> float:
    return 100 / len(collection.classes)


def _chance_note(one: Experiment) -> str:
    chance, classes = f"{_chance(one.collection):.2f}%", one.collection.classes
    if classes == EXPRESSIONS:
        return f"Chance is {chance}: six expressions, equally frequent."
    return f"Chance on {one.dataset} is {chance}: {len(classes)} classes, if equally frequent."
