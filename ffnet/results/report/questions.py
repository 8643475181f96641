"""What the paper argues from its Tables 3 to 5 (section 3.4): in its figures and in ours."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from ffnet.results.tables.columns import DATA, DATASET, synthetic_notes
from ffnet.results.tables.number_text import interval, number, p_value
from ffnet.results.tables.paper_tables import MAPS
from ffnet.results.tables.table import Cell, Column, Row, View, named, rows_of
from ffnet.results.tested_experiments import DatasetInfo

Key = tuple[str, str]  # method and modality of a cell of the paper's Tables 3 to 5
NAMES = {"I_d": "depth", "I_n": "normals", "I_t": "texture", "I_dnt": "all three"}
ABLATION = {"BU-3DFE": "Table 3", "Bosphorus": "Table 4"}
MASKS = "masks help"
BACKBONES = "F3DNet suits depth and normals, VGG16-BN suits texture"
MODALITIES = "modalities complement each other"
NOTE = "percentage points gained. Ours: on the same splits, with the corrected interval of the difference."


class Claim(NamedTuple):
    """The paper claims that the first cell beats all of the others. question: what this answers."""

    question: str
    text: str
    first: Key
    others: Sequence[Key]


def claims() -> list[Claim]:
    """All Claims, question after question."""
    masked = [(model, name) for model in ("F3DNet", "VGG16-BN") for name in MAPS] + [("FFNet", "I_dnt")]
    made = [
        Claim(MASKS, f"{model}-M against {model}, {NAMES[name]}", (f"{model}-M", name), [(model, name)])
        for model, name in masked
    ]
    for mark in ("", "-M"):
        for name in MAPS[:3]:
            models = [f"F3DNet{mark}", f"VGG16-BN{mark}"]
            first, other = reversed(models) if name == "I_t" else models
            made.append(Claim(BACKBONES, f"{first} against {other}, {NAMES[name]}", (first, name), [(other, name)]))
    for model in ("F3DNet", "F3DNet-M", "VGG16-BN", "VGG16-BN-M"):
        text = f"{model}: all three maps against the best single one"
        made.append(Claim(MODALITIES, text, (model, "I_dnt"), [(model, name) for name in MAPS[:3]]))
    fused = Claim(MODALITIES, "FFNet-M: 2D+3D against 3D alone", ("FFNet-M", "2D+3D"), [("FFNet-M", "3D")])
    return [*made, fused]


def question_view(paper: pd.DataFrame, comparisons: pd.DataFrame, datasets: Mapping[str, DatasetInfo]) -> View:
    """The View of all claims for each dataset that takes the place of one of the paper's collections: the paper's
    difference and ours. paper: paper_frame. comparisons: comparison_frame."""
    rows = []
    for name, info in datasets.items():
        if info.paper:
            of_paper = paper[(paper["dataset"] == info.paper) & paper["source"].isin([ABLATION[info.paper], "Table 5"])]
            own = rows_of(comparisons[comparisons["dataset"] == name])
            rows += [_row(claim, name, info, rows_of(of_paper), own) for claim in claims()]
    columns = (
        *(DATASET, DATA, *named("question", left=True, group=True)),
        Column("claim", heading="the paper claims", left=True),
        Column("printed", "", "+.2f", "paper", hint="difference of the printed figures"),
        Column("difference", heading="ours", cell=_difference, ours=True),
        Column("p", heading="p", cell=lambda row: p_value(row["p"]), hint="corrected resampled t-test"),
    )
    title = "What the paper claims from its Tables 3 to 5"
    return View(title, columns, rows, (NOTE, *synthetic_notes(comparisons)))


def _row(claim: Claim, dataset: str, info: DatasetInfo, paper: Sequence[Row], comparisons: Sequence[Row]) -> Row:
    printed = {(row["method"], row["modality"]): row["paper"] for row in paper if row["paper"] not in ("", "-")}
    mine = [row for row in paper if row["our_dataset"] == dataset and row["experiment"]]
    ours = {(row["method"], row["modality"]): row for row in mine}
    gain = float(printed[claim.first]) - max(float(printed[key]) for key in claim.others)
    row = {"dataset": dataset, "data": info.kind, "question": claim.question, "claim": claim.text, "printed": gain}
    if not all(key in ours for key in (claim.first, *claim.others)):
        return row | {"missing": True, "p": math.nan}
    second = max((ours[key] for key in claim.others), key=lambda line: line["ours"])
    return row | difference(comparisons, ours[claim.first]["experiment"], second["experiment"])


def difference(comparisons: Sequence[Row], first: str, second: str) -> dict:
    """difference, low, high, p and runs of first minus second, whichever way round comparisons has them; missing and
    p NaN if it has not."""
    for row in comparisons:
        if {row["first"], row["second"]} == {first, second}:
            sign = 1 if row["first"] == first else -1
            low, high = sorted((sign * row["interval_low"], sign * row["interval_high"]))
            return {
                "difference": sign * row["difference"],
                "low": low,
                "high": high,
                "p": row["p"],
                "runs": row["runs"],
            }
    return {"missing": True, "p": math.nan}


def _difference(row: Row) -> Cell:
    ends = interval(row["low"], row["high"], "+.1f")
    return Cell(number(row["difference"], "+.2f"), ends, f"over {row['runs']} common runs")
