"""Any two experiments of a dataset on the same splits, and whether they differ by more than chance."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from ffnet.errors import InputError
from ffnet.results.predictions import run_codes
from ffnet.results.statistics.paired import Pair, compare_pair, holm
from ffnet.results.tables.columns import CONFIDENCE, DATA, DATASET, confidence_of, headed, synthetic_notes
from ffnet.results.tables.number_text import interval, p_value
from ffnet.results.tables.table import Column, Row, Table, form_of, frame_of
from ffnet.results.tested_experiments import Experiment


def differ(row: Row) -> bool:
    """Whether a pair of comparison_frame differs by more than chance, all pairs of the dataset taken into account."""
    return row["p_holm"] <= 1 - row["confidence"]


def _verdict(row: Row) -> str:
    return "" if np.isnan(row["p_holm"]) else "yes" if differ(row) else "not shown"


def _counts(row: Row) -> str:
    return "" if np.isnan(row["first_only"]) else f"{row['first_only']:.0f} : {row['second_only']:.0f}"


def _interval(row: Row) -> str:
    return interval(row["interval_low"], row["interval_high"], "+.1f")


def _subject_interval(row: Row) -> str:
    return interval(row["subject_low"], row["subject_high"], "+.1f")


def _p(name: str) -> Callable[[Row], str]:
    return lambda row: p_value(row[name])


DIFFERENCE = "percentage points of accuracy, first minus second, mean over these runs"
LOW = "percentage points, of the difference, corrected for the overlap of the training sets"
NAIVE_LOW = "percentage points, the same as if all runs were independent, which they are not"
HIGH = "percentage points, its upper end"
T = "of the corrected resampled t-test (Nadeau and Bengio, 2003; Bouckaert and Frank, 2004)"
P = "two-sided, of this test; empty where the differences of all runs are equal"
D = "mean difference over the standard deviation of the runs' differences (d_z)"
FIRST_ONLY = "tests, in these runs, that only the first classifies correctly"
BY_SUBJECT = "two-sided, exact, of the subjects' differences (Durkalski et al., 2003; Fisher, 1935)"
SUBJECT_LOW = "percentage points, of the difference, by a bootstrap over people (Efron and Tibshirani, 1993)"
G = "first_only / (first_only + second_only) - 1/2 (Cohen, 1988)"
PAIR = (
    Column("runs", "that both have", ".0f", "runs"),
    Column("difference", DIFFERENCE, ".2f", "difference", form_of("difference", "+.2f")),
    CONFIDENCE._replace(meaning="of the intervals"),
    *(Column("interval_low", LOW, ".2f", "interval", _interval), Column("interval_high", HIGH, ".2f")),
    *(Column("naive_low", NAIVE_LOW, ".2f"), Column("naive_high", HIGH, ".2f"), Column("t", T, ".3f")),
    Column("p", P, ".6g", "p", _p("p"), hint="corrected resampled t-test"),
    Column("p_holm", "the same, corrected for all pairs of this dataset (Holm, 1979)", ".6g", "Holm", _p("p_holm")),
    Column("cohens_d", D, ".3f", "d", form_of("cohens_d", ".2f")),
    Column("first_only", FIRST_ONLY, ".0f", "alone right", _counts, hint="by the first alone : by the second alone"),
    Column("second_only", "tests that only the second classifies correctly", ".0f"),
    Column("subject_p", BY_SUBJECT, ".6g", "p by subject", _p("subject_p")),
    Column("subject_p_holm", "the same, corrected likewise", ".6g", "Holm by subject", _p("subject_p_holm")),
    Column("subject_low", SUBJECT_LOW, ".2f", "interval by subject", _subject_interval, hint="bootstrap over people"),
    Column("subject_high", HIGH, ".2f"),
    Column("cohens_g", G, ".3f", "g", form_of("cohens_g", "+.2f")),
    Column("verdict", heading="differ?", cell=_verdict),
)
COLUMNS = (
    *(DATASET, DATA, Column("first", "an experiment", heading="first", left=True)),
    *(Column("second", "another on the same splits", heading="second", left=True), *PAIR),
)
UNKNOWN: dict[str, object] = {column.name: np.nan for column in PAIR}  # of a pair that cannot be compared
NOTES = (
    "difference: percentage points, first minus second; p: corrected resampled t-test (Nadeau and Bengio, 2003;"
    " Bouckaert and Frank, 2004), d: mean over standard deviation of the runs' differences.",
    "alone right: tests that the first alone : the second alone classifies correctly; p by subject: exact, of their"
    " difference, the subject as the unit (Durkalski et al., 2003; Fisher, 1935); interval by subject: bootstrap over"
    " people (Efron and Tibshirani, 1993), training as given; g: share of the first, minus 1/2.",
    "Holm: p corrected for all pairs of the dataset (1979); questions.md has the few that were planned, corrected among"
    " themselves. An empty cell: it cannot be computed from these runs.",
)


def comparison_frame(experiments: Sequence[Experiment], confidence: float) -> pd.DataFrame:
    """A row for each pair of Experiments of a dataset that have a run in common; its columns are COLUMNS."""
    rows: list[dict] = []
    for dataset in dict.fromkeys(experiment.dataset for experiment in experiments):
        own = [(one, set(run_codes(one.predictions).tolist())) for one in experiments if one.dataset == dataset]
        pairs = [(a, b) for (a, of_a), (b, of_b) in itertools.combinations(own, 2) if of_a & of_b]
        made = corrected([pair_row(_compare(a, b, confidence)) for a, b in pairs])
        for (a, b), row in zip(pairs, made, strict=True):
            which = {"dataset": dataset, "data": a.info.kind, "first": a.name, "second": b.name}
            rows.append(row | which | {"confidence": confidence})
    return frame_of(rows, COLUMNS)


def corrected(rows: Sequence[dict]) -> list[dict]:
    """The rows of one family of tests with p_holm and subject_p_holm. p and subject_p may be NaN."""
    holms = {f"{name}_holm": holm([row[name] for row in rows]).tolist() for name in ("p", "subject_p")}
    return [row | {name: values[i] for name, values in holms.items()} for i, row in enumerate(rows)]


def _compare(a: Experiment, b: Experiment, confidence: float) -> Pair:
    repeats, folds = map(max, zip(a.planned, b.planned, strict=True))
    try:
        return compare_pair(a.predictions, b.predictions, (repeats, folds), confidence)
    except InputError as error:
        raise InputError(f"{a.name} and {b.name} on {a.dataset} cannot be compared: {error}") from None


def pair_row(pair: Pair) -> dict:
    """What PAIR says of a Pair, differences in percentage points, before p is corrected."""
    test, by_subject = pair.test, pair.by_subject
    points = {"difference": test.difference, "interval_low": test.low, "interval_high": test.high}
    points |= {"naive_low": test.naive_low, "naive_high": test.naive_high}
    points |= {"subject_low": by_subject.low, "subject_high": by_subject.high}
    row = UNKNOWN | {name: 100 * value for name, value in points.items()}
    row |= {"runs": test.runs, "t": test.t, "p": test.p, "cohens_d": test.d}
    row |= {"first_only": by_subject.first_only, "second_only": by_subject.second_only}
    return row | {"subject_p": by_subject.p, "cohens_g": by_subject.g}


def comparison_table(frame: pd.DataFrame) -> Table:
    """The Table `comparisons` of comparison_frame."""
    columns = headed(COLUMNS, "interval_low", f"{confidence_of(frame)} interval")
    return Table("comparisons", "Comparisons", columns, frame, (*NOTES, *synthetic_notes(frame)))
