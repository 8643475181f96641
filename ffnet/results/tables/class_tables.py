"""Per class and per subject: what was taken for what, and who is hard."""

from collections.abc import Sequence

import pandas as pd

from ffnet.results.predictions import predicted_labels
from ffnet.results.statistics.classes import class_scores, confusion_counts, confusion_percent
from ffnet.results.tables.columns import WHICH, synthetic_notes
from ffnet.results.tables.table import Column, Table, frame_of, rows_of
from ffnet.results.tested_experiments import Experiment

HARDEST = 5  # subjects of each experiment that are shown; the CSV has all
CONFUSION_COLUMNS = (
    *(column._replace(heading="") for column in WHICH),
    Column("true", "class that the scans show"),
    Column("predicted", "class that they were taken for"),
    Column("count", "how often, each scan once per repeat"),
    Column("percent", "of all tests of the true class", ".2f"),
)
RECALL = "percent of the tests of this class that were classified correctly: TP / (TP + FN)"
PRECISION = (
    "percent of the predictions of this class that are correct: TP / (TP + FP); empty where it was never predicted"
)
F1 = "percent, 2 TP / (2 TP + FP + FN), over all runs together (Forman and Scholz, 2010)"
CLASS_COLUMNS = (
    *WHICH,
    Column("class", "name in config.yaml", heading="class", left=True),
    Column("tests", "scans of this class, each once per repeat", heading="tests"),
    Column("recall", RECALL, ".2f", "recall %"),
    Column("precision", PRECISION, ".2f", "precision %"),
    Column("f1", F1, ".2f", "F1 %"),
)
SUBJECT_COLUMNS = (
    *WHICH,
    Column("rank", "1 is the hardest subject of this experiment"),
    Column("subject", "as in manifest.csv", heading="subject", left=True),
    Column("scans", "of this subject that were tested", heading="scans"),
    Column("tests", "each scan once per repeat", heading="tests"),
    Column("accuracy", "percent of the tests that were classified correctly", ".2f", "accuracy %"),
)
CLASS_NOTE = (
    "recall: share of a class that was classified correctly; precision: share of its predictions that are correct;"
    " F1: their harmonic mean, over all runs together (Forman and Scholz, 2010)."
)


def confusion_frame(experiments: Sequence[Experiment]) -> pd.DataFrame:
    """A row for each pair of classes of each of the Experiments; its columns are CONFUSION_COLUMNS."""
    rows = []
    for experiment in experiments:
        counts, shares = confusion_counts(experiment.predictions), confusion_percent(experiment.predictions)
        for i, true in enumerate(experiment.info.classes):
            for j, predicted in enumerate(experiment.info.classes):
                rows.append((*_which(experiment), true, predicted, counts[i, j], shares[i, j]))
    return frame_of(rows, CONFUSION_COLUMNS)


def class_frame(experiments: Sequence[Experiment]) -> pd.DataFrame:
    """A row for each class of each of the Experiments; its columns are CLASS_COLUMNS."""
    rows = []
    for experiment in experiments:
        counts = confusion_counts(experiment.predictions)
        scores = zip(
            experiment.info.classes, counts.sum(axis=1), *(100 * of for of in class_scores(counts)), strict=True
        )
        rows += [(*_which(experiment), *score) for score in scores]
    return frame_of(rows, CLASS_COLUMNS)


def subject_frame(experiments: Sequence[Experiment]) -> pd.DataFrame:
    """A row for each subject of each of the Experiments; its columns are SUBJECT_COLUMNS."""
    frames = [frame_of([], SUBJECT_COLUMNS)]
    for experiment in experiments:
        tested = experiment.predictions
        right = predicted_labels(tested) == tested.label
        tests = pd.DataFrame({"subject": tested.subject, "scan": tested.scan, "right": right}).groupby("subject")
        frame = tests.agg(scans=("scan", "nunique"), tests=("scan", "size"), accuracy=("right", "mean")).reset_index()
        frame = frame.sort_values(["accuracy", "subject"], ignore_index=True)
        which = dict(zip(("dataset", "experiment", "data"), _which(experiment), strict=True))
        frames.append(frame.assign(**which, rank=frame.index + 1, accuracy=100 * frame["accuracy"]))
    return pd.concat(frames)


def _which(experiment: Experiment) -> tuple[str, str, str]:
    return experiment.dataset, experiment.name, experiment.info.kind


def confusion_table(frame: pd.DataFrame) -> Table:
    """The Table `confusion` of confusion_frame, CSV only: the figures show it."""
    return Table("confusion", "Confusion", CONFUSION_COLUMNS, frame)


def class_table(frame: pd.DataFrame) -> Table:
    """The Table `classes` of class_frame: recall, precision and F1 of each class."""
    return Table("classes", "Classes", CLASS_COLUMNS, frame, (CLASS_NOTE, *synthetic_notes(frame)))


def subject_table(frame: pd.DataFrame) -> Table:
    """The Table `subjects` of subject_frame: every subject in the CSV, the hardest few for people."""
    notes = (f"the {HARDEST} hardest of each experiment; all are in subjects.csv.", *synthetic_notes(frame))
    hardest = rows_of(frame[frame["rank"] <= HARDEST])
    return Table("subjects", "Hardest subjects", SUBJECT_COLUMNS, frame, notes, hardest)
