"""A View as the page shows it, the fourth formatter: rows in groups, tooltips, hatched cells; parts.html draws it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ffnet.origin import PAPERS
from ffnet.results.tables.columns import SYNTHETIC_NOTE
from ffnet.results.tables.table import Cell, Column, View, cells_of
from ffnet.results.tested_experiments import DatasetInfo

LONG = 12  # rows; a table that is no result of its own is collapsed when it has more
TALL = 40  # rows; a table with more is in a box that scrolls


class Group(NamedTuple):
    """Rows that belong together. title: "" for none. kind: of its data, see ffnet.origin, or ""."""

    title: str
    kind: str
    rows: list[list[Cell]]


class HtmlTable(NamedTuple):
    """One table of the page. caption: what it shows. notes: sentences below."""

    caption: str
    columns: Sequence[Column]
    groups: Sequence[Group]
    notes: Sequence[str]

    @property
    def rows(self) -> int:
        """How many there are in all groups."""
        return sum(len(group.rows) for group in self.groups)

    @property
    def long(self) -> bool:
        """Whether it is collapsed, if it is no result of its own."""
        return self.rows > LONG

    @property
    def tall(self) -> bool:
        """Whether it is too long to be shown whole."""
        return self.rows > TALL

    @property
    def synthetic(self) -> bool:
        """Whether any of its figures was reached on generated faces."""
        return any(SYNTHETIC_NOTE in note for note in self.notes)


def html_table(view: View, datasets: Mapping[str, DatasetInfo]) -> HtmlTable:
    """The HtmlTable of a View. The first of its columns that head groups, if any, is the dataset."""
    heads = [i for i, column in enumerate(view.columns) if column.group]
    others = [i for i, column in enumerate(view.columns) if not column.group]
    groups: dict[tuple[str, ...], list[list[Cell]]] = {}
    for cells in cells_of(view):
        key = tuple(cells[i].text for i in heads)
        groups.setdefault(key, []).append([_with_minus(cells[i], view.columns[i].left) for i in others])
    made = [Group(*_heading(key, datasets), rows) for key, rows in groups.items()]
    return HtmlTable(f"{view.title.rstrip('.')}.", [view.columns[i] for i in others], made, view.notes)


def _heading(key: tuple[str, ...], datasets: Mapping[str, DatasetInfo]) -> tuple[str, str]:
    """(title, kind of data) of a group. key: the dataset, and what else heads the group."""
    if not key:
        return "", ""
    dataset, *words = key
    kind = datasets[dataset].kind  # its tag, which is not said twice
    return ": ".join([dataset_title(dataset, datasets[dataset]), *(word for word in words if word != kind)]), kind


def dataset_title(dataset: str, info: DatasetInfo) -> str:
    """A dataset's name, and which of the paper's collections it is or is laid out as."""
    if not info.paper:
        return dataset
    return f"{dataset}, {info.paper}" if info.kind == PAPERS else f"{dataset}, laid out as {info.paper}"


def _with_minus(cell: Cell, is_text: bool) -> Cell:
    """Numbers with a minus sign instead of a hyphen."""
    return cell if is_text else cell._replace(text=cell.text.replace("-", "−"), small=cell.small.replace("-", "−"))
