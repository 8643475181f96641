"""The questions that were planned before there was any result: what the paper argues from its Tables 3 to 5 (section
3.4), in its figures and in ours, and what the masks bring, by controls that the paper does not have.

Each question is a family of tests: p is corrected for its comparisons alone, whatever other pairs of experiments there
are. No comparison picks an experiment by the results that it is then tested on.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from ffnet.networks.settings import IDENTITY, MEAN, OTHER
from ffnet.results.tables.columns import DATA, DATASET, confidence_of, headed, synthetic_notes
from ffnet.results.tables.comparison_table import PAIR, UNKNOWN, corrected
from ffnet.results.tables.paper import Architecture, PaperRow, architecture_of, paper_accuracy, read_paper
from ffnet.results.tables.paper_tables import match
from ffnet.results.tables.table import Column, Row, Table, form_of, frame_of, rows_of
from ffnet.results.tested_experiments import DatasetInfo, Experiment

NAMES = {"I_d": "depth", "I_n": "normals", "I_t": "texture"}
MASKS, BACKBONES, MODALITIES = "masks help", "each map has its backbone", "modalities complement each other"
CONTROL = "what masks bring (not in the paper)"
CONTROLS = {OTHER: "those of another person's scan", MEAN: "one mean mask for all", IDENTITY: "skips of weight 1"}
TEXT = {"p_holm": "p, corrected for the comparisons of this question (Holm, 1979)"}
PRINTED = "percentage points, difference of the printed figures; empty where there are none"
COLUMNS = (
    *(DATASET, DATA, Column("question", "the family of comparisons", heading="question", left=True, group=True)),
    Column("comparison", "what should be better, and than what", heading="comparison", left=True),
    Column("first", "the experiment on the left of it; empty: not run"),
    Column("second", "the experiment on the right of it; empty: not run"),
    Column("printed", PRINTED, ".2f", "paper", form_of("printed", "+.2f"), hint="difference of the printed figures"),
    *(column._replace(meaning=TEXT.get(column.name, column.meaning), ours=True) for column in PAIR),
)
TURNED = ("difference", "t", "cohens_d", "cohens_g")  # what has another sign when first and second are exchanged
ENDS = (
    ("interval_low", "interval_high"),
    ("naive_low", "naive_high"),
    ("subject_low", "subject_high"),
    ("first_only", "second_only"),
)
NOTES = (
    "Planned before any result: what the paper argues from its Tables 3 to 5 (section 3.4). Ours: the experiments of"
    " these architectures on the same splits, in brackets where they have other names; an empty row: not run.",
    "Masks are found on the texture, so that a masked network on depth or normals alone has seen it, too. The controls"
    " replace the scan's own masks and leave all else as it is.",
    "difference: percentage points, first minus second; Holm: p corrected for the comparisons of one question on one"
    " dataset. comparisons.md explains the other columns and has all other pairs.",
)


class Claim(NamedTuple):
    """The first Architecture should beat the second. question: the family of the comparison."""

    question: str
    text: str
    first: Architecture
    second: Architecture


def claims() -> list[Claim]:
    """All Claims, question after question."""
    cell = architecture_of
    made = [
        Claim(MASKS, f"{model}-M against {model}, {name}", cell(f"{model}-M", data), cell(model, data))
        for model in ("F3DNet", "VGG16-BN")
        for data, name in [*NAMES.items(), ("I_dnt", "all three")]
    ]
    made.append(Claim(MASKS, "FFNet-M against FFNet, all three", cell("FFNet-M", "I_dnt"), cell("FFNet", "I_dnt")))
    for model, data, name in (("F3DNet-M", "I_d", "depth"), ("FFNet-M", "I_dnt", "all three")):
        own = cell(model, data)
        for masks, text in CONTROLS.items():
            made.append(Claim(CONTROL, f"{model} against {text}, {name}", own, own._replace(masks=masks)))
    for mark in ("", "-M"):
        for data, name in NAMES.items():
            models = [f"F3DNet{mark}", f"VGG16-BN{mark}"]
            first, second = reversed(models) if data == "I_t" else models
            made.append(Claim(BACKBONES, f"{first} against {second}, {name}", cell(first, data), cell(second, data)))
    made += [
        Claim(MODALITIES, f"{model}: all three maps against {name}", cell(model, "I_dnt"), cell(model, data))
        for model in ("F3DNet", "F3DNet-M", "VGG16-BN", "VGG16-BN-M")
        for data, name in NAMES.items()
    ]
    text = "FFNet-M: all three maps against depth and normals"
    return [*made, Claim(MODALITIES, text, cell("FFNet-M", "2D+3D"), cell("FFNet-M", "3D"))]


def question_frame(
    experiments: Sequence[Experiment], comparisons: pd.DataFrame, datasets: Mapping[str, DatasetInfo]
) -> pd.DataFrame:
    """A row for each Claim and dataset, what COLUMNS name. comparisons: comparison_frame. datasets: all of them, with
    runs or without."""
    paper = read_paper()
    printed = {row.architecture: row.experiment for row in paper if row.architecture}
    found = match(experiments, paper)
    rows: list[dict] = []
    for name, info in datasets.items():
        pairs = rows_of(comparisons[comparisons["dataset"] == name])
        families: dict[str, list[dict]] = {}
        for claim in claims():
            pair = claim.first, claim.second
            first, second = (getattr(found.get((name, one)), "name", "") for one in pair)
            row: dict = difference(pairs, first, second) | {"dataset": name, "data": info.kind}
            row |= {"first": first, "second": second, "printed": printed_difference(paper, info.paper, *pair)}
            names = own_names(first, second, [printed.get(one) for one in pair])
            row |= {"question": claim.question, "comparison": claim.text + names}
            families.setdefault(claim.question, []).append(row)
        rows += [row for family in families.values() for row in corrected(family)]
    return frame_of(rows, COLUMNS)


def own_names(first: str, second: str, printed: Sequence[str | None]) -> str:
    """The names of two experiments in brackets, if they are other ones than those of the paper. printed: the paper's,
    None where it has none."""
    pairs = zip((first, second), printed, strict=True)
    known = all(name in ("", of_paper) for name, of_paper in pairs)
    return "" if known else f" ({first or '-'}, {second or '-'})"


def printed_difference(
    paper: Sequence[PaperRow], collection: str | None, first: Architecture, second: Architecture
) -> float:
    """Percentage points between what the paper prints on a collection for two Architectures, first minus second; NaN if
    it does not."""
    return paper_accuracy(paper, collection, first) - paper_accuracy(paper, collection, second)


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
