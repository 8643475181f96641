"""What a table is: a frame of numbers, and columns that say how its values look. formatters.py makes the text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ffnet.results.tables.number_text import number

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]  # the name of a column -> its value


class Cell(NamedTuple):
    """What a person sees of a row in one column. All but the text is for the page: small, a second line; hint, a
    tooltip; missing, whether it is hatched as not run."""

    text: str
    small: str = ""
    hint: str = ""
    missing: bool = False


class Column(NamedTuple):
    """A column of the CSV if it has a meaning, one for people if it has a heading.

    name: of its value in a row. meaning: its line in columns.md. form: of its numbers, such as ".2f". cell: what people
    see of a row, where that is not the value alone. left: aligned to the left, as text is. hint: a tooltip of the
    heading. group: on the page its value heads a group of rows; these columns come first. ours: a figure of ours, on
    the page hatched in rows that are marked as missing.
    """

    name: str
    meaning: str = ""
    form: str = ""
    heading: str = ""
    cell: Callable[[Row], Cell | str] | None = None
    left: bool = False
    hint: str = ""
    group: bool = False
    ours: bool = False


class View(NamedTuple):
    """A table for people; a row whose "missing" is true was not run. notes: sentences below it."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str] = ()


class Table(NamedTuple):
    """NAME.csv; NAME.md if a column has a heading, and NAME.tex if latex. rows: those that people see, None for all."""

    name: str
    title: str
    columns: Sequence[Column]
    frame: pd.DataFrame
    notes: Sequence[str] = ()
    rows: Sequence[Row] | None = None
    latex: bool = False

    @property
    def view(self) -> View | None:
        """The same for people."""
        columns = sorted((column for column in self.columns if column.heading), key=lambda column: not column.group)
        rows = rows_of(self.frame) if self.rows is None else self.rows
        return View(self.title, columns, rows, self.notes) if columns else None


def named(*names: str, **options: Any) -> tuple[Column, ...]:
    """Columns for people whose headings are their names. options: of Column."""
    return tuple(Column(name, heading=name, **options) for name in names)


def form_of(name: str, form: str) -> Callable[[Row], str]:
    """What people see of a number that has another form in the CSV."""
    return lambda row: number(row[name], form)


def frame_of(rows: Sequence[Row] | Sequence[tuple], columns: Sequence[Column]) -> pd.DataFrame:
    """A frame of rows with the values that the columns name, even where there is no row."""
    import pandas as pd  # 0.3 s, which commands that show a View do not need

    return pd.DataFrame(rows, columns=[column.name for column in columns])


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """The rows of a frame as dicts."""
    return frame.to_dict("records")


def cells_of(view: View) -> list[list[Cell]]:
    """The Cells of a View, row by row."""
    return [[_cell(column, row) for column in view.columns] for row in view.rows]


def _cell(column: Column, row: Row) -> Cell:
    if column.ours and row.get("missing"):
        return Cell("", missing=True)
    value = column.cell(row) if column.cell else number(row[column.name], column.form)
    return Cell(value) if isinstance(value, str) else value
