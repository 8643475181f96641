"""Any two experiments of a dataset on the same splits, and whether they differ by more than chance."""

import itertools
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.results.predictions import Predictions, predicted_labels
from ffnet.results.statistics.accuracy import run_accuracies
from ffnet.results.statistics.paired import CorrectedTest, McNemar, corrected_t_test, holm, mcnemar_exact
from ffnet.results.tables.accuracy_table import synthetic_notes
from ffnet.results.tables.rendering import Table, number, percent
from ffnet.results.tested_experiments import Experiment

COLUMNS = {
    "dataset": "name in config.yaml",
    "data": "synthetic: generated faces; licensed: scans of people",
    "first": "an experiment",
    "second": "another on the same splits",
    "runs": "that both have",
    "difference": "percent points of accuracy, first minus second, mean over these runs",
    "confidence": "of the intervals",
    "interval_low": "percent points, of the difference, corrected for the overlap of the training sets",
    "interval_high": "percent points, its upper end",
    "naive_low": "percent points, the same as if all runs were independent, which they are not",
    "naive_high": "percent points, its upper end",
    "t": "of the corrected resampled t-test (Nadeau and Bengio, 2003; Bouckaert and Frank, 2004)",
    "p": "two-sided, of this test; empty where the differences of all runs are equal",
    "p_holm": "the same, corrected for all pairs of this dataset (Holm, 1979)",
    "cohens_d": "mean difference over the standard deviation of the runs' differences (d_z)",
    "mcnemar_repeat": "the repeat that McNemar's test is made on: the first that both have whole",
    "first_only": "scans of it that only the first names rightly",
    "second_only": "scans of it that only the second names rightly",
    "mcnemar_p": "two-sided, exact (McNemar, 1947; Dietterich, 1998)",
    "mcnemar_p_holm": "the same, corrected for all pairs of this dataset",
    "cohens_g": "first_only / (first_only + second_only) - 1/2 (Cohen, 1988)",
}
NOTES = (
    "difference: percent points, first minus second; p: corrected resampled t-test (Nadeau and Bengio, 2003; Bouckaert"
    " and Frank, 2004), d: mean over standard deviation of the runs' differences.",
    "McNemar: scans that the first alone : the second alone names rightly, exact, on one repeat; g: share of the first"
    " in these, minus 1/2.",
    "Holm: p corrected for all pairs of the dataset (1979). An empty cell: the runs do not say.",
)


class Pair(NamedTuple):
    """Two sets of predictions compared. repeat: of McNemar's test; it and mcnemar are None where none is whole."""

    test: CorrectedTest
    repeat: int | None
    mcnemar: McNemar | None


def compare_pair(first: Predictions, second: Predictions, planned: tuple[int, int], confidence: float) -> Pair:
    """The Pair of two Predictions on their common runs. planned: (repeats, folds), at least those of either.

    Raises InputError with the reason where they cannot be paired: no common run, or other scans in one.
    """
    first, second = common_runs(first, second)
    a, b = run_accuracies(first, planned), run_accuracies(second, planned)
    whole = np.flatnonzero(np.isfinite(a).all(axis=1))
    repeat, mcnemar = None, None
    if len(whole):
        repeat = int(whole[0])
        here = first.repeat == repeat
        right = (predicted_labels(one)[here] == one.label[here] for one in (first, second))
        mcnemar = mcnemar_exact(*right)
    return Pair(corrected_t_test(a, b, confidence), repeat, mcnemar)


def common_runs(first: Predictions, second: Predictions) -> tuple[Predictions, Predictions]:
    """Two Predictions cut to the runs that both have, so that row i of both is the same scan in the same run.

    Raises InputError where there is no such run, or where one tested other scans in it.
    """
    runs = _run_codes(first), _run_codes(second)
    if not np.array_equal(*runs):
        both = np.intersect1d(*runs)
        if not len(both):
            raise InputError("they have no run in common")
        first, second = (_cut(one, np.isin(codes, both)) for one, codes in zip((first, second), runs, strict=True))
    for column in ("repeat", "fold", "scan", "subject", "label"):
        if not np.array_equal(getattr(first, column), getattr(second, column)):
            raise InputError(f"their runs did not test the same scans: the column {column} differs")
    return first, second


def comparison_table(experiments: list[Experiment], confidence: float) -> Table:
    """The Table `comparisons` over all pairs of Experiments of each dataset."""
    rows, lines = [], []
    for dataset in dict.fromkeys(one.dataset for one in experiments):
        here = [(one, set(_run_codes(one.predictions).tolist())) for one in experiments if one.dataset == dataset]
        pairs = [(a, b) for (a, of_a), (b, of_b) in itertools.combinations(here, 2) if of_a & of_b]
        found = [_compare(a, b, confidence) for a, b in pairs]
        p_holm = holm([pair.test.p for pair in found])
        m_holm = holm([pair.mcnemar.p if pair.mcnemar else np.nan for pair in found])
        for (a, b), pair, *corrected in zip(pairs, found, p_holm, m_holm, strict=True):
            which = dataset, a.collection.kind, a.name, b.name
            rows.append((*which, *_row(pair, confidence, *corrected)))
            lines.append((*which, *_line(pair, confidence, *corrected)))
    heading: tuple[str, ...] = ("dataset", "data", "first", "second", "runs", "difference")
    heading = (*heading, f"{confidence:.0%} interval", "p", "Holm", "d", "McNemar", "its p, Holm", "g", "differ?")
    notes = (*NOTES, *synthetic_notes(experiments))
    return Table("comparisons", "Comparisons", COLUMNS, rows, heading, lines, left=4, notes=notes)


def p_text(p: float) -> str:
    """A p-value for people."""
    return "<0.001" if p < 0.001 else number(p, ".3f")


def points_text(low: float, high: float) -> str:
    """Two differences as percent points with their signs; "" for NaN."""
    return "" if np.isnan(low) else f"{100 * low:+.1f} to {100 * high:+.1f}"


def _run_codes(predictions: Predictions) -> np.ndarray:
    """(n,) int, one number for each repeat and fold."""
    return predictions.repeat << 32 | predictions.fold


def _cut(predictions: Predictions, kept: np.ndarray) -> Predictions:
    return predictions if kept.all() else Predictions(*(column[kept] for column in predictions))


def _compare(a: Experiment, b: Experiment, confidence: float) -> Pair:
    repeats, folds = map(max, zip(a.planned, b.planned, strict=True))
    try:
        return compare_pair(a.predictions, b.predictions, (repeats, folds), confidence)
    except InputError as error:
        raise InputError(f"{a.name} and {b.name} on {a.dataset} cannot be compared: {error}") from None


def _row(pair: Pair, confidence: float, p_holm: float, mcnemar_holm: float) -> tuple[str, ...]:
    test, mcnemar = pair.test, pair.mcnemar
    ends = test.low, test.high, test.naive_low, test.naive_high
    values = (
        *(str(test.runs), percent(test.difference), str(confidence), *map(percent, ends)),
        *(number(test.t, ".3f"), number(test.p, ".6g"), number(p_holm, ".6g"), number(test.d, ".3f")),
    )
    if mcnemar is None:
        return *values, *[""] * 6
    counts = map(str, (pair.repeat, mcnemar.first_only, mcnemar.second_only))
    return *values, *counts, f"{mcnemar.p:.6g}", f"{mcnemar_holm:.6g}", number(mcnemar.g, ".3f")


def _line(pair: Pair, confidence: float, p_holm: float, mcnemar_holm: float) -> tuple[str, ...]:
    test, mcnemar = pair.test, pair.mcnemar
    answer = "yes" if p_holm <= 1 - confidence else "not shown" if p_holm <= 1 else ""
    return (
        *(str(test.runs), f"{100 * test.difference:+.2f}", points_text(test.low, test.high)),
        *(p_text(test.p), p_text(p_holm), number(test.d, ".2f")),
        *((f"{mcnemar.first_only} : {mcnemar.second_only}", p_text(mcnemar_holm)) if mcnemar else ("", "")),
        *(number(mcnemar.g, "+.2f") if mcnemar else "", answer),
    )
