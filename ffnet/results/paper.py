"""The paper's own numbers: Tables 1 to 5, every row as printed, in paper.csv beside this file.

Columns of paper.csv: source (which table), dataset, method (the table's Method or Model), data (its Data or Modality,
or the attribute map that heads the column), feature, accuracy (percent as printed; "-" where the table has a dash),
experiment (the name of the same experiment in this project's config.yaml, empty where it has none).
Section 1 says 87.61 for FFNet-M on Bosphorus where Tables 2, 4 and 5 say 87.65; the tables count.
"""

import csv
import pathlib
from typing import NamedTuple

PAPER = pathlib.Path(__file__).with_name("paper.csv")
DATASETS = ("BU-3DFE", "Bosphorus")


class PaperRow(NamedTuple):
    """One printed number and where it stands; all text, as in paper.csv."""

    source: str
    dataset: str
    method: str
    data: str
    feature: str
    accuracy: str
    experiment: str


def read_paper():
    """All PaperRows, in the order of the tables."""
    with open(PAPER, encoding="utf-8", newline="") as file:
        return [PaperRow(**row) for row in csv.DictReader(file)]


def paper_accuracy(rows, dataset, experiment):
    """What the paper prints for an experiment on one of DATASETS, percent as text; "" where it has no such cell."""
    printed = {row.accuracy for row in rows if row.experiment == experiment and row.dataset == dataset}
    assert len(printed) <= 1, f"paper.csv gives {experiment} on {dataset} as {printed}"
    return printed.pop() if printed else ""
