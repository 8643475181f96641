"""What a table on the page is, before it is HTML."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ffnet.results.tested_experiments import DatasetInfo

LONG = 12  # rows; a table that is no result of its own is folded when it has more
TALL = 40  # rows; a table with more stands in a box that scrolls


class Cell(NamedTuple):
    """text: as shown. sub: a second, smaller line. missing: not run, hatched. hint: what hovering tells."""

    text: str
    sub: str = ""
    missing: bool = False
    hint: str = ""


class Column(NamedTuple):
    """title: its heading. left: whether it is text, aligned to the left. hint: what hovering tells."""

    title: str
    left: bool = False
    hint: str = ""


class Group(NamedTuple):
    """Rows that belong together. title: of the group, "" for none. kind: synthetic, licensed or ""."""

    title: str
    kind: str
    rows: list[list[Cell]]


class Grid(NamedTuple):
    """One table. caption: what it shows. notes: sentences below."""

    caption: str
    columns: list[Column]
    groups: list[Group]
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many there are in all groups."""
        return sum(len(group.rows) for group in self.groups)

    @property
    def long(self) -> bool:
        """Whether it is folded, if it is no result of its own."""
        return self.rows > LONG

    @property
    def tall(self) -> bool:
        """Whether it is too long to stand whole on the page."""
        return self.rows > TALL

    @property
    def synthetic(self) -> bool:
        """Whether any figure in it was reached on generated faces."""
        return any(group.kind == "synthetic" for group in self.groups)


def cells(*texts: str) -> list[Cell]:
    """A row of plain Cells."""
    return [Cell(text) for text in texts]


def by_dataset(
    rows: Sequence[dict[str, str]], collections: dict[str, DatasetInfo], make: Callable[[dict[str, str]], list[Cell]]
) -> list[Group]:
    """A Group for each dataset that has rows. collections: dataset -> DatasetInfo. make: a row's Cells."""
    groups = []
    for dataset, collection in collections.items():
        here = [make(row) for row in rows if row["dataset"] == dataset]
        if here:
            groups.append(Group(group_title(dataset, collection), collection.kind, here))
    return groups


def group_title(dataset: str, collection: DatasetInfo) -> str:
    """A dataset's name, and which of the paper's collections it stands for."""
    return f"{dataset}, in the place of {collection.paper}" if collection.paper else dataset


def pair(low: str, high: str) -> str:
    """Two ends of an interval as text; "" where there is none."""
    return f"{low} to {high}" if low else ""


def signed(number: float | str) -> str:
    """A difference with its sign and two decimals; a number or its text; "" for ""."""
    if number == "":
        return ""
    text = minus(f"{float(number):+.2f}")
    return "0.00" if text in ("+0.00", "−0.00") else text


def minus(text: str) -> str:
    """A number's text with a minus sign instead of a hyphen."""
    return text.replace("-", "−")
