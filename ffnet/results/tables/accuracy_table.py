"""The headline: every experiment on every dataset; and how much the correction of its interval matters."""

import math
from collections.abc import Sequence

import pandas as pd

from ffnet.expressions import EXPRESSIONS
from ffnet.results.tables import columns as shared
from ffnet.results.tables.columns import confidence_of, headed, interval_columns, synthetic_notes
from ffnet.results.tables.paper import paper_accuracy, read_paper
from ffnet.results.tables.table import Column, Row, Table, frame_of, rows_of
from ffnet.results.tested_experiments import Experiment

PAPER_HEADING = "paper, on the real collection"
TESTED = (
    shared.runs_column("trainings behind the accuracy: repeats x folds once all are made"),
    Column("accuracy", "percent, mean over all runs", ".2f", "accuracy %", ours=True, hint="mean over all runs"),
)
OVER_REPEATS = "percentage points, standard deviation (n - 1) of the repeats' means; empty for one repeat"
SPREAD = (
    shared.SD_OVER_RUNS._replace(heading="sd over runs", ours=True),
    Column("sd_over_repeats", OVER_REPEATS, ".2f", "sd over repeats", ours=True),
    shared.CONFIDENCE,
)
CORRECTED = shared.CORRECTED, "percent, its upper end"
NAIVE = (
    "percent, lower end of the interval as if all runs were independent, which they are not",
    "percent, its upper end",
)
COLUMNS = (
    *shared.WHICH,
    Column("subjects", "how many were tested", ".0f", "subjects", ours=True),
    Column("scans", "how many were tested, each once per repeat", ".0f", "scans", ours=True),
    *(shared.REPEATS, shared.FOLDS, *TESTED, SPREAD[0]._replace(heading="sd"), SPREAD[1]._replace(heading="")),
    *(SPREAD[2], *interval_columns("interval", *CORRECTED, hint="corrected for the overlap of the training sets")),
    Column("chance", "percent, for classes equally frequent", ".2f"),
    Column(
        PAPER_HEADING, "percent as printed; empty where the paper has no such cell", ".2f", PAPER_HEADING, ours=True
    ),
)
INTERVAL_COLUMNS = (
    *(*shared.WHICH, shared.REPEATS, shared.FOLDS, *TESTED, *SPREAD),
    *interval_columns("corrected", *CORRECTED),
    *interval_columns("naive", *NAIVE, heading="naive interval", hint="as if all runs were independent"),
)


def accuracy_frame(experiments: Sequence[Experiment], confidence: float) -> pd.DataFrame:
    """A row for each of the Experiments, accuracies in percent: what COLUMNS and INTERVAL_COLUMNS name. NaN where too
    few runs were made, or where the paper has no such cell."""
    paper = read_paper()
    rows = []
    for experiment in experiments:
        found, info = experiment.accuracy, experiment.info
        row = {name: getattr(found, name) for name in ("subjects", "scans", "repeats", "folds", "runs")}
        row |= {"dataset": experiment.dataset, "experiment": experiment.name, "data": info.kind}
        shares = {"accuracy": found.mean, "interval_low": found.low, "interval_high": found.high}
        shares |= {
            name: getattr(found, name) for name in ("sd_over_runs", "sd_over_repeats", "naive_low", "naive_high")
        }
        row |= {name: 100 * share for name, share in shares.items()} | {"chance": 100 / len(info.classes)}
        rows.append(
            row | {"confidence": confidence, PAPER_HEADING: paper_accuracy(paper, info.paper, experiment.architecture)}
        )
    return frame_of(rows, (*COLUMNS, *INTERVAL_COLUMNS[-2:]))


def accuracy_table(frame: pd.DataFrame) -> Table:
    """The Table `accuracy` of accuracy_frame."""
    level = confidence_of(frame)
    notes = (
        *dict.fromkeys(_chance_note(row["dataset"], row["chance"]) for row in rows_of(frame)),
        "runs: repeats x folds of cross-validation by subject; accuracy and sd (standard deviation): over all runs.",
        f"{level} interval: corrected for the overlap of the training sets (Nadeau and Bengio, 2003).",
        f"{PAPER_HEADING}: as printed in its Tables 1 to 5, on BU-3DFE and Bosphorus themselves.",
        *synthetic_notes(frame),
    )
    return Table("accuracy", "Accuracy", headed(COLUMNS, "interval_low", f"{level} interval"), frame, notes)


def interval_table(frame: pd.DataFrame) -> Table:
    """The Table `intervals` of accuracy_frame: the corrected interval beside the naive one."""
    frame = frame.rename(columns={"interval_low": "corrected_low", "interval_high": "corrected_high"})
    columns = headed(INTERVAL_COLUMNS, "corrected_low", f"{confidence_of(frame)} interval")
    notes = (
        "interval: s * sqrt(1/(TK) + 1/(K-1)), s the standard deviation over T repeats of K folds (Nadeau and Bengio,"
        " 2003; Bouckaert and Frank, 2004): any two training sets share most of their subjects.",
        "naive interval: s / sqrt(TK), as if the runs were independent. It shrinks with every repeat, though no new"
        " subject is seen; do not quote it.",
        *synthetic_notes(frame),
    )
    columns.append(Column("wider", heading="wider by", cell=_wider))
    return Table("intervals", "Intervals", columns, frame, notes)


def _wider(row: Row) -> str:
    """How many times the corrected interval is as wide as the naive one, before both are cut to 0 and 100."""
    return "" if math.isnan(row["corrected_low"]) else f"{math.sqrt(1 + row['runs'] / (row['folds'] - 1)):.1f} x"


def _chance_note(dataset: str, chance: float) -> str:
    classes = round(100 / chance)
    if classes == len(EXPRESSIONS):
        return f"Chance is {chance:.2f}%: six expressions, equally frequent."
    return f"Chance on {dataset} is {chance:.2f}%: {classes} classes, if equally frequent."
