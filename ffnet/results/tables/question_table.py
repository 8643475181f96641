"""The questions that were planned before there was any result: what the paper argues from its Tables 3 to 5 (section
3.4), in its figures and in ours.

Each question is a family of tests: p is corrected for its comparisons alone, whatever other pairs of experiments there
are. No comparison picks an experiment by the results that it is then tested on.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from ffnet.results.tables.columns import DATA, DATASET, confidence_of, headed, synthetic_notes
from ffnet.results.tables.comparison_table import PAIR, UNKNOWN, corrected
from ffnet.results.tables.paper import PaperRow, paper_accuracy, read_paper
from ffnet.results.tables.paper_tables import match
from ffnet.results.tables.table import Column, Row, Table, form_of, frame_of, rows_of
from ffnet.results.tested_experiments import DatasetInfo, Experiment

Key = tuple[str, str]  # method and modality of a cell of the paper's Tables 3 to 5
NAMES = {"I_d": "depth", "I_n": "normals", "I_t": "texture"}
MASKS, BACKBONES, MODALITIES = "masks help", "each map has its backbone", "modalities complement each other"
TEXT = {"p_holm": "p, corrected for the comparisons of this question (Holm, 1979)"}
PRINTED = "percentage points, difference of the printed figures; empty where there are none"
COLUMNS = (
    *(DATASET, DATA, Column("question", "the family of comparisons", heading="question", left=True, group=True)),
    Column("comparison", "what the paper says is better, and than what", heading="comparison", left=True),
    Column("first", "the experiment on the left of it; empty: not run"),
    Column("second", "the experiment on the right of it; empty: not run"),
    Column("printed", PRINTED, ".2f", "paper", form_of("printed", "+.2f"), hint="difference of the printed figures"),
    *(column._replace(meaning=TEXT.get(column.name, column.meaning), ours=True) for column in PAIR),
)
TURNED = ("difference", "t", "cohens_d", "cohens_g")  # what has another sign when first and second are exchanged
ENDS = (("interval_low", "interval_high"), ("naive_low", "naive_high"), ("first_only", "second_only"))
NOTES = (
    "Planned before any result: what the paper argues from its Tables 3 to 5 (section 3.4). Ours: the experiments of"
    " these architectures on the same splits, in brackets where they have other names; an empty row: not run.",
    "difference: percentage points, first minus second; Holm: p corrected for the comparisons of one question on one"
    " dataset. comparisons.md explains the other columns and has all other pairs.",
)


class Claim(NamedTuple):
    """The paper argues that the first cell beats the second. question: the family of the comparison."""

    question: str
    text: str
    first: Key
    second: Key


def claims() -> list[Claim]:
    """All Claims, question after question."""
    made = [
        Claim(MASKS, f"{model}-M against {model}, {name}", (f"{model}-M", data), (model, data))
        for model in ("F3DNet", "VGG16-BN")
        for data, name in [*NAMES.items(), ("I_dnt", "all three")]
    ]
    made.append(Claim(MASKS, "FFNet-M against FFNet, all three", ("FFNet-M", "I_dnt"), ("FFNet", "I_dnt")))
    for mark in ("", "-M"):
        for data, name in NAMES.items():
            models = [f"F3DNet{mark}", f"VGG16-BN{mark}"]
            first, second = reversed(models) if data == "I_t" else models
            made.append(Claim(BACKBONES, f"{first} against {second}, {name}", (first, data), (second, data)))
    made += [
        Claim(MODALITIES, f"{model}: all three maps against {name}", (model, "I_dnt"), (model, data))
        for model in ("F3DNet", "F3DNet-M", "VGG16-BN", "VGG16-BN-M")
        for data, name in NAMES.items()
    ]
    text = "FFNet-M: all three maps against depth and normals"
    return [*made, Claim(MODALITIES, text, ("FFNet-M", "2D+3D"), ("FFNet-M", "3D"))]


def question_frame(
    experiments: Sequence[Experiment], comparisons: pd.DataFrame, datasets: Mapping[str, DatasetInfo]
) -> pd.DataFrame:
    """A row for each Claim and dataset, what COLUMNS name. comparisons: comparison_frame. datasets: all of them, with
    runs or without."""
    paper = read_paper()
    printed = {(row.method, row.data): row for row in paper if row.architecture}
    found = match(experiments, paper)
    rows: list[dict] = []
    for name, info in datasets.items():
        pairs = rows_of(comparisons[comparisons["dataset"] == name])
        families: dict[str, list[dict]] = {}
        for claim in claims():
            lines = [printed[claim.first], printed[claim.second]]
            first, second = (getattr(found.get((name, line.architecture)), "name", "") for line in lines)
            row: dict = difference(pairs, first, second) | {"dataset": name, "data": info.kind}
            row |= {"first": first, "second": second, "printed": printed_difference(paper, info.paper, lines)}
            row |= {"question": claim.question, "comparison": claim.text + own_names(first, second, lines)}
            families.setdefault(claim.question, []).append(row)
        rows += [row for family in families.values() for row in corrected(family)]
    return frame_of(rows, COLUMNS)


def own_names(first: str, second: str, lines: Sequence[PaperRow]) -> str:
    """The names of two experiments in brackets, if they are other ones than those of the printed lines."""
    named = [line.experiment for line in lines]
    return "" if first in ("", named[0]) and second in ("", named[1]) else f" ({first or '-'}, {second or '-'})"


def printed_difference(paper: Sequence[PaperRow], collection: str | None, lines: Sequence[PaperRow]) -> float:
    """Percentage points between what the paper prints on a collection for the architectures of two lines, first minus
    second; NaN if it does not."""
    first, second = (paper_accuracy(paper, collection, line.architecture) for line in lines if line.architecture)
    return first - second


def difference(comparisons: Sequence[Row], first: str, second: str) -> dict[str, object]:
    """What PAIR says of first minus second, whichever way round comparisons has them; UNKNOWN if it has not."""
    for row in comparisons:
        pair = {name: row[name] for name in UNKNOWN}
        if (row["first"], row["second"]) == (first, second):
            return pair
        if (row["second"], row["first"]) == (first, second):
            return turned(pair)
    return dict(UNKNOWN)


def turned(pair: dict[str, float]) -> dict[str, object]:
    """What PAIR says of a pair, first and second exchanged."""
    exchanged: dict[str, object] = {**pair, **{name: -pair[name] for name in TURNED}}
    for low, high in ENDS:
        sign = 1 if low == "first_only" else -1
        exchanged |= {low: sign * pair[high], high: sign * pair[low]}
    return exchanged


def question_table(frame: pd.DataFrame) -> Table:
    """The Table `questions` of question_frame."""
    columns = headed(COLUMNS, "interval_low", f"{confidence_of(frame)} interval")
    rows: list[Row] = [{**row, "missing": math.isnan(row["difference"])} for row in rows_of(frame)]
    with_ours = frame[frame["difference"].notna()]
    return Table("questions", "Planned questions", columns, frame, (*NOTES, *synthetic_notes(with_ours)), rows)
