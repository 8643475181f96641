"""What the page shows of a robustness test: its figure and its table, if it was run."""

import csv
from collections.abc import Mapping
from typing import NamedTuple, TypedDict

from ffnet.results.report.pictures import Picture, embed
from ffnet.results.tables.table import Column, Row, View, named


class RobustnessFiles(TypedDict):
    """Paths of table and figure, and the table's SHA-256, which only says that it is another one."""

    table: str
    figure: str
    sha256: str


class RobustnessSection(NamedTuple):
    """The figure, and the table for people."""

    picture: Picture
    view: View


def _interval(low: str, high: str) -> Column:
    return Column(low, heading="interval", cell=lambda row: f"{row[low]} to {row[high]}" if row[low] else "")


COLUMNS = (
    *named("axis", left=True),
    *named("severity"),
    *named("unit", left=True),
    Column("geometry", heading="geometry", cell=lambda row: row.get("geometry", ""), left=True),
    *named("experiment", left=True),
    *named("scans", "lost"),
    Column("accuracy", heading="accuracy %"),
    _interval("low", "high"),
    Column("accuracy_of_rest", heading="of the rest %"),
    _interval("rest_low", "rest_high"),
    Column("change", heading="change, points"),
    _interval("change_low", "change_high"),
)


def robustness_section(files: RobustnessFiles | None) -> RobustnessSection | None:
    """The RobustnessSection of a test that was run, else None."""
    if files is None:
        return None
    with open(files["table"], encoding="utf-8", newline="") as file:
        rows: list[Row] = list[Mapping[str, str]](csv.DictReader(file))
    return RobustnessSection(embed(files["figure"]), View("Accuracy by severity", COLUMNS, rows))
