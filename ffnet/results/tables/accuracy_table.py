"""The headline: every experiment on every dataset; and how much the correction of its interval matters."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from ffnet.results.statistics.accuracy import most_frequent
from ffnet.results.tables import columns as shared
from ffnet.results.tables.columns import (
    confidence_of,
    departure_notes,
    differs,
    headed,
    interval_columns,
    printed_accuracy,
    synthetic_notes,
)
from ffnet.results.tables.table import Column, Row, Table, frame_of
from ffnet.results.tested_experiments import Experiment

PAPER_HEADING = "paper, on the real collection"
PAPER_MEANING = "percent as printed, of the same experiment: all that the paper names is as the paper has it"
GAIN_HEADING = "best test epoch would add (leak)"
GAIN_MEANING = (
    "percentage points that the accuracy would rise if each run kept the epoch with the highest accuracy on its own"
    " test fold, which is a leak; empty unless training.watch_test is true"
)
OF_EXPECTED = "percent, the accuracy with the scans that were left out counted as wrong"
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
    Column("left_out", shared.LEFT_OUT_MEANING, ".0f", "left out", ours=True),
    Column("accuracy_of_expected", OF_EXPECTED, ".2f", "if wrong %", ours=True, hint="left-out scans counted as wrong"),
    Column("chance", "percent, share of the most frequent class of the tested scans", ".2f"),
    Column(PAPER_HEADING, PAPER_MEANING, ".2f", PAPER_HEADING, ours=True),
    Column("best_epoch_gain", GAIN_MEANING, ".2f", GAIN_HEADING, ours=True, hint="percentage points; see the note"),
    shared.DIFFERS,
)
LEFT_OUT = ("left_out", "accuracy_of_expected")
LEFT_OUT_NOTE = (
    "left out: scans of these subjects that a stage left out, see quarantine.csv; if wrong %: with these as wrong."
)
PRINTED_NOTE = f"{PAPER_HEADING}: as printed in its Tables 1 to 5, beside the same experiment only."
GAIN_NOTE = (
    f"{GAIN_HEADING}: percentage points, mean over all runs; each run would keep the epoch that does best on the scans"
    " it is tested on. No other figure here uses it."
)
INTERVAL_COLUMNS = (
    *(*shared.WHICH, shared.REPEATS, shared.FOLDS, *TESTED, *SPREAD),
    *interval_columns("corrected", *CORRECTED),
    *interval_columns("naive", *NAIVE, heading="naive interval", hint="as if all runs were independent"),
)


def accuracy_frame(
    experiments: Sequence[Experiment], confidence: float, records: Mapping[tuple[str, str], dict] = {}
) -> pd.DataFrame:
    """A row for each of the Experiments, accuracies in percent: what COLUMNS and INTERVAL_COLUMNS name. NaN where too
    few runs were made, where the paper has no such experiment, or where the Records have no gain of the best epoch."""
    rows = []
    for experiment in experiments:
        found, info = experiment.accuracy, experiment.info
        counts = ("subjects", "scans", "repeats", "folds", "runs", "left_out")
        row: dict[str, object] = {name: getattr(found, name) for name in counts}
        row |= {"dataset": experiment.dataset, "experiment": experiment.name, "data": info.kind}
        shares = {"accuracy": found.mean, "interval_low": found.low, "interval_high": found.high}
        shares |= {
            name: getattr(found, name) for name in ("sd_over_runs", "sd_over_repeats", "naive_low", "naive_high")
        }
        shares |= {"accuracy_of_expected": found.mean_of_expected}
        shares |= {"chance": most_frequent(experiment.predictions.label)}
        row |= {name: 100 * share for name, share in shares.items()} | {"confidence": confidence}
        gain = records.get((experiment.dataset, experiment.name), {}).get("best_epoch_gain", math.nan)
        row |= {"best_epoch_gain": 100 * gain}
        row |= {PAPER_HEADING: math.nan if experiment.departures else printed_accuracy(experiment)}
        rows.append(row | {"differs": differs(experiment)})
    return frame_of(rows, (*COLUMNS, *INTERVAL_COLUMNS[-2:]))


def accuracy_table(frame: pd.DataFrame) -> Table:
    """The Table `accuracy` of accuracy_frame. People see the columns of scans left out, of the paper and of the
    best test epoch only where there is any."""
    level = confidence_of(frame)
    is_left_out, is_printed = (frame["left_out"] > 0).any(), frame[PAPER_HEADING].notna().any()
    is_watched = frame["best_epoch_gain"].notna().any()
    shown = {PAPER_HEADING: is_printed, "best_epoch_gain": is_watched} | dict.fromkeys(LEFT_OUT, is_left_out)
    columns = [one if shown.get(one.name, True) else one._replace(heading="") for one in COLUMNS]
    whole = frame["left_out"].eq(0).all() and len(frame)
    notes = (
        *chance_notes(frame),
        "runs: repeats x folds of cross-validation by subject; accuracy and sd (standard deviation): over all runs.",
        f"{level} interval: corrected for the overlap of the training sets (Nadeau and Bengio, 2003).",
        *([LEFT_OUT_NOTE] if is_left_out else ["No scan of these subjects was left out."] if whole else []),
        *([PRINTED_NOTE] if is_printed else []),
        *([GAIN_NOTE] if is_watched else []),
        *departure_notes(frame),
        *synthetic_notes(frame),
    )
    return Table("accuracy", "Accuracy", headed(columns, "interval_low", f"{level} interval"), frame, notes)


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


def chance_notes(frame: pd.DataFrame) -> list[str]:
    """What one reaches who always names the most frequent class: a sentence, or one for each dataset if they differ."""
    chances = {}
    for name, of in frame.groupby("dataset", sort=False)["chance"]:
        ends = dict.fromkeys((f"{of.min():.2f}", f"{of.max():.2f}"))
        chances[name] = f"is {' to '.join(ends)}%, the share of the most frequent class."
    if len(set(chances.values())) == 1:
        return [f"Chance {text}" for text in set(chances.values())]
    return [f"Chance on {name} {text}" for name, text in chances.items()]
