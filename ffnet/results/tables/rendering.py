"""A table as text: CSV for machines, Markdown that also aligns in a terminal, LaTeX for a paper."""

import csv
import io
import math
from collections.abc import Sequence
from typing import NamedTuple

LATEX = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
MATHS = {name: f"$I_{{{name[2:]}}}$" for name in ("I_d", "I_n", "I_t", "I_dnt")}  # the paper's attribute maps


class Table(NamedTuple):
    """One table, all text.

    columns: name -> meaning, in order; rows: as many values each; this is the CSV. heading, lines: the same for people,
    the first `left` columns aligned to the left; no heading: CSV only. notes: sentences below. latex: whether it also
    comes as LaTeX.
    """

    name: str
    title: str
    columns: dict
    rows: list
    heading: tuple = ()
    lines: list | tuple = ()
    left: int = 0
    notes: tuple = ()
    latex: bool = False


def table_files(table: Table, warnings: Sequence[str] = ()) -> dict[str, str]:
    """File name -> text of a Table. warnings: sentences that stand above it in Markdown and LaTeX."""
    files = {f"{table.name}.csv": csv_text(table)}
    if table.heading:
        files[f"{table.name}.md"] = markdown_text(table, warnings)
    if table.latex:
        files[f"{table.name}.tex"] = latex_text(table, warnings)
    return files


def csv_text(table: Table) -> str:
    """The rows below the names of the columns."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return text.getvalue()


def markdown_text(table: Table, warnings: Sequence[str] = ()) -> str:
    """Title, warnings, the lines as an aligned table, notes."""
    widths = [max(3, *map(len, column)) for column in zip(table.heading, *table.lines, strict=True)]
    rule = [("-" * width if i < table.left else "-" * (width - 1) + ":") for i, width in enumerate(widths)]
    lines = [_aligned(cells, widths, table.left) for cells in (table.heading, rule, *table.lines)]
    above = [line for warning in warnings for line in (f"**WARNING: {warning}**", "")]
    below = ["", *(f"- {note}" for note in table.notes)] if table.notes else []
    return "\n".join([f"# {table.title}", "", *above, *lines, *below]) + "\n"


def latex_text(table: Table, warnings: Sequence[str] = ()) -> str:
    """A table environment that needs no package; warnings and notes stand in the caption."""
    places = "l" * table.left + "r" * (len(table.heading) - table.left)
    caption = [*(f"\\textbf{{WARNING: {_latex(warning)}}}" for warning in warnings), f"{_latex(table.title)}."]
    rows = [" & ".join(map(_latex, cells)) + r" \\" for cells in (table.heading, *table.lines)]
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            f"\\caption{{{' '.join([*caption, *map(_latex, table.notes)])}}}",
            f"\\begin{{tabular}}{{{places}}}",
            r"\hline",
            rows[0],
            r"\hline",
            *rows[1:],
            r"\hline",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def percent(share: float, decimals: int = 2) -> str:
    """A share of 1 as percent with that many decimals; "" for NaN."""
    return "" if math.isnan(share) else f"{100 * share:.{decimals}f}"


def number(value: float, form: str) -> str:
    """A number in a format such as ".3f"; "" for NaN."""
    return "" if math.isnan(value) else f"{value:{form}}"


def _aligned(cells: Sequence[str], widths: list[int], left: int) -> str:
    texts = (f"{cell:{'<' if i < left else '>'}{widths[i]}}" for i, cell in enumerate(cells))
    return "| " + " | ".join(texts) + " |"


def _latex(text: str) -> str:
    return MATHS.get(text) or "".join(LATEX.get(character, character) for character in text)
