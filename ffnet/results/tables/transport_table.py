"""Optimal transport onto the test scans, which it sees: the network, ridge on its features, and ridge on moved ones."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ffnet.results.predictions import Predictions, run_codes
from ffnet.results.statistics.accuracy import most_frequent
from ffnet.results.statistics.paired import compare_pair
from ffnet.results.tables import columns as shared
from ffnet.results.tables.accuracy_table import CORRECTED, chance_notes
from ffnet.results.tables.columns import confidence_of, headed, interval_columns, synthetic_notes
from ffnet.results.tables.number_text import interval, p_value
from ffnet.results.tables.table import Column, Row, Table, form_of, frame_of
from ffnet.results.tested_experiments import Experiment
from ffnet.results.transported import Transported

NETWORK, UNMOVED, MOVED = "the network", "ridge on its features", "ridge on moved features"
TRANSDUCTIVE = "TRANSDUCTIVE"


def _line(row: Row) -> str:
    return f"{row['line']}: {row['sees']}" if row["sees"] else row["line"]


def _difference(name: str, heading: str, other: str) -> tuple[Column, ...]:
    """The columns of a difference to another line of the same experiment."""

    def reach(row: Row) -> str:
        return interval(row[f"{name}_low"], row[f"{name}_high"], "+.1f")

    return (
        Column(name, f"percentage points minus {other}, mean over all runs", ".2f", heading, form_of(name, "+.2f")),
        Column(f"{name}_low", "its lower end by a bootstrap over people", ".2f", "by person", reach),
        Column(f"{name}_high", "its upper end", ".2f"),
        Column(f"{name}_p", "two-sided, exact, by person", ".6g", "p", lambda row: p_value(row[f"{name}_p"])),
    )


COLUMNS = (
    *shared.WHICH,
    Column(
        "line", f"{NETWORK}; {UNMOVED}; {MOVED}, onto the test scans of each run", "", "classifier", _line, left=True
    ),
    Column("sees", f"{TRANSDUCTIVE} where it sees all test scans, without labels"),
    Column("subjects", "how many were tested", ".0f"),
    Column("scans", "how many were tested, each once per repeat", ".0f"),
    *(shared.REPEATS, shared.FOLDS, shared.runs_column("predictions of one fold each")),
    Column("balanced", "of these, the runs whose test fold has as many scans of each class", ".0f"),
    Column("accuracy", "percent, mean over all runs", ".2f", "accuracy %"),
    *(shared.CONFIDENCE._replace(meaning="of the intervals"), *interval_columns("interval", *CORRECTED)),
    *_difference("from_network", "minus the network", NETWORK),
    *_difference("from_unmoved", "minus unmoved", UNMOVED),
    Column("chance", "percent, share of the most frequent class of the tested scans", ".2f"),
)
UNKNOWN: Row = {column.name: np.nan for column in COLUMNS if column.name.startswith("from_")}
NOTES = (
    f"{TRANSDUCTIVE}: the training features were moved onto all test features of the run at once, which were seen"
    " without labels. The line is in no other table, and is no fair comparison with a method that sees one scan at"
    " a time.",
    f"{UNMOVED}: the control, the same classifier on the features as the network gives them; {MOVED}: entropic optimal"
    " transport with sparsity by class, after Wei et al. (FG 2018).",
    "minus: percentage points; by person: bootstrap over people (Efron and Tibshirani, 1993); p: exact, the person as"
    " the unit (Durkalski et al., 2003; Fisher, 1935), not corrected for several lines. The trained networks are taken"
    " as given.",
)


def transport_frame(transports: Sequence[Transported], confidence: float) -> pd.DataFrame:
    """Three rows for each experiment on each dataset; its columns are COLUMNS."""
    rows = []
    for network, unmoved, moved in transports:
        which = {"dataset": network.dataset, "experiment": network.name, "data": network.info.kind}
        gains = _minus("from_network", unmoved, network, confidence)
        more = _minus("from_network", moved, network, confidence) | _minus("from_unmoved", moved, unmoved, confidence)
        rows += [
            which | _row(network, confidence) | {"line": NETWORK, "sees": ""},
            which | _row(unmoved, confidence) | {"line": UNMOVED, "sees": ""} | gains,
            which | _row(moved, confidence) | {"line": MOVED, "sees": TRANSDUCTIVE} | more,
        ]
    return frame_of(rows, COLUMNS)


def _row(one: Experiment, confidence: float) -> dict[str, object]:
    found = one.accuracy
    shares = {"accuracy": found.mean, "interval_low": found.low, "interval_high": found.high}
    shares |= {"chance": most_frequent(one.predictions.label)}
    counts = {name: getattr(found, name) for name in ("subjects", "scans", "repeats", "folds", "runs")}
    counts |= {"balanced": balanced_runs(one.predictions), "confidence": confidence}
    return {**UNKNOWN, **counts, **{name: 100 * share for name, share in shares.items()}}


def _minus(name: str, one: Experiment, other: Experiment, confidence: float) -> dict[str, float]:
    found = compare_pair(one.predictions, other.predictions, one.planned, confidence)
    points = {"": found.test.difference, "_low": found.by_subject.low, "_high": found.by_subject.high}
    return {f"{name}{end}": 100 * value for end, value in points.items()} | {f"{name}_p": found.by_subject.p}


def balanced_runs(tested: Predictions) -> int:
    """How many runs tested as many scans of each class."""
    codes, classes = run_codes(tested), tested.probabilities.shape[1]
    counts = [np.bincount(tested.label[codes == code], minlength=classes) for code in np.unique(codes)]
    return sum(len(set(of.tolist())) == 1 for of in counts)


def transport_table(frame: pd.DataFrame) -> Table:
    """The Table `transport` of transport_frame."""
    balanced, runs = (frame[frame["line"] == MOVED][name].sum() for name in ("balanced", "runs"))
    mix = f"{balanced:.0f} of {runs:.0f} runs have a test fold with as many scans of each class, which suits transport."
    notes = (*NOTES, mix, *chance_notes(frame), *synthetic_notes(frame))
    columns = headed(COLUMNS, "interval_low", f"{confidence_of(frame)} interval")
    return Table("transport", f"Optimal transport ({TRANSDUCTIVE})", columns, frame, notes)
