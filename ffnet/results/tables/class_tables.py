"""Per class and per subject: what was taken for what, and who is hard."""

from ffnet.results.statistics.classes import class_scores, confusion_counts, confusion_percent
from ffnet.results.statistics.per_subject import subject_accuracies
from ffnet.results.tables.accuracy_table import synthetic_notes
from ffnet.results.tables.rendering import Table, number, percent
from ffnet.results.tested_experiments import Experiment

HARDEST = 5  # subjects of each experiment that are shown; the CSV has all
WHICH = {
    "dataset": "name in config.yaml",
    "experiment": "name in config.yaml",
    "data": "synthetic: generated faces; licensed: scans of people",
}
CONFUSION_COLUMNS = {
    **WHICH,
    "true": "class that the scans show",
    "predicted": "class that they were taken for",
    "count": "how often, each scan once per repeat",
    "percent": "of all tests of the true class",
}
CLASS_COLUMNS = {
    **WHICH,
    "class": "name in config.yaml",
    "tests": "scans of this class, each once per repeat",
    "recall": "percent of the tests of this class that were named rightly: TP / (TP + FN)",
    "precision": "percent of what was named so that is so: TP / (TP + FP); empty where nothing was named so",
    "f1": "percent, 2 TP / (2 TP + FP + FN), over all runs together (Forman and Scholz, 2010)",
}
SUBJECT_COLUMNS = {
    **WHICH,
    "rank": "1 is the hardest subject of this experiment",
    "subject": "as in manifest.csv",
    "scans": "of this subject that were tested",
    "tests": "each scan once per repeat",
    "accuracy": "percent of the tests that were named rightly",
}


def confusion_table(experiments: list[Experiment]) -> Table:
    """The Table `confusion` of Experiments, CSV only: the figures show it."""
    rows = []
    for one in experiments:
        counts, shares = confusion_counts(one.predictions), confusion_percent(one.predictions)
        for i, true in enumerate(one.collection.classes):
            for j, predicted in enumerate(one.collection.classes):
                rows.append((*_which(one), true, predicted, str(counts[i, j]), number(shares[i, j], ".2f")))
    return Table("confusion", "Confusion", CONFUSION_COLUMNS, rows)


def class_table(experiments: list[Experiment]) -> Table:
    """The Table `classes`: recall, precision and F1 of each class."""
    rows = []
    for one in experiments:
        counts = confusion_counts(one.predictions)
        scores = zip(one.collection.classes, counts.sum(axis=1), *class_scores(counts), strict=True)
        rows += [(*_which(one), name, str(tests), *map(percent, shares)) for name, tests, *shares in scores]
    lines = [(row[0], row[2], row[1], *row[3:]) for row in rows]
    heading = ("dataset", "data", "experiment", "class", "tests", "recall %", "precision %", "F1 %")
    notes = (
        "recall: share of a class that was named rightly; precision: share of what was named so that is so;"
        " F1: their harmonic mean, over all runs together (Forman and Scholz, 2010).",
        *synthetic_notes(experiments),
    )
    return Table("classes", "Classes", CLASS_COLUMNS, rows, heading, lines, left=4, notes=notes)


def subject_table(experiments: list[Experiment]) -> Table:
    """The Table `subjects`: every subject's accuracy as CSV, the hardest few for people."""
    rows, lines = [], []
    for one in experiments:
        for rank, found in enumerate(subject_accuracies(one.predictions), start=1):
            row = (str(rank), found.subject, str(found.scans), str(found.tests), percent(found.accuracy))
            rows.append((*_which(one), *row))
            if rank <= HARDEST:
                lines.append((one.dataset, one.collection.kind, one.name, found.subject, *row[2:]))
    heading = ("dataset", "data", "experiment", "subject", "scans", "tests", "accuracy %")
    notes = (f"the {HARDEST} hardest of each experiment; all are in subjects.csv.", *synthetic_notes(experiments))
    return Table("subjects", "Hardest subjects", SUBJECT_COLUMNS, rows, heading, lines, left=4, notes=notes)


def _which(one: Experiment) -> tuple[str, str, str]:
    return one.dataset, one.name, one.collection.kind
