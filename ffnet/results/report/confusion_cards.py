"""Confusion matrices as the page draws them."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from ffnet.results.tables.number_text import number
from ffnet.results.tables.table import Row, rows_of
from ffnet.results.tested_experiments import DatasetInfo


class Square(NamedTuple):
    """One field of a matrix. share: of the true class, or None where no scan shows it. hint: a tooltip."""

    text: str
    share: float | None
    hint: str


class ConfusionCard(NamedTuple):
    """The matrix of one experiment. rows: (class, Squares, (recall, precision, F1) in percent)."""

    experiment: str
    kind: str
    classes: list[str]
    rows: list[tuple[str, list[Square], list[str]]]


def confusion_cards(
    confusion: pd.DataFrame, classes: pd.DataFrame, datasets: Mapping[str, DatasetInfo]
) -> dict[str, list[ConfusionCard]]:
    """dataset -> ConfusionCards, from the frames of the tables `confusion` and `classes`."""
    scores = {(row["dataset"], row["experiment"], row["class"]): row for row in rows_of(classes)}
    cards: dict[str, list[ConfusionCard]] = {}
    for (dataset, experiment), frame in confusion.groupby(["dataset", "experiment"], sort=False):
        rows = []
        for true, line in frame.groupby("true", sort=False):
            score = scores[dataset, experiment, true]
            texts = [number(score[name], ".2f") for name in ("recall", "precision", "f1")]
            rows.append((true, [_square(row) for row in rows_of(line)], texts))
        names = frame["predicted"].drop_duplicates().tolist()
        cards.setdefault(dataset, []).append(ConfusionCard(experiment, datasets[dataset].kind, names, rows))
    return cards


def _square(row: Row) -> Square:
    hint = f"{row['true']} taken for {row['predicted']}: {row['count']} times"
    share = None if row["percent"] != row["percent"] else row["percent"] / 100
    return Square(number(row["percent"], ".1f"), share, hint)
