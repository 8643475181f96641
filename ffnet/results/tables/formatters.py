"""A table as text: CSV for machines, Markdown that also aligns in a terminal, LaTeX for a paper, plain columns for a
command. report/html_table.py is the fourth formatter, for the page."""

from collections.abc import Sequence

from ffnet.results.tables.number_text import number
from ffnet.results.tables.table import Table, View, cells_of

LATEX = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
MATHS = {name: f"$I_{{{name[2:]}}}$" for name in ("I_d", "I_n", "I_t", "I_dnt")}  # the paper's attribute maps


def table_files(table: Table, warnings: Sequence[str] = ()) -> dict[str, str]:
    """File name -> text of a Table. warnings: sentences above it in Markdown and LaTeX."""
    files = {f"{table.name}.csv": csv_text(table)}
    if table.view:
        files[f"{table.name}.md"] = markdown_text(table.view, warnings)
    if table.view and table.latex:
        files[f"{table.name}.tex"] = latex_text(table.view, warnings)
    return files


def csv_text(table: Table) -> str:
    """The frame below the names of the columns, each number in its column's form."""
    import pandas as pd  # 0.3 s, which the other formatters do not need

    columns = [column for column in table.columns if column.meaning]
    texts = {column.name: [number(value, column.form) for value in table.frame[column.name]] for column in columns}
    return pd.DataFrame(texts).to_csv(index=False, lineterminator="\n")


def markdown_text(view: View, warnings: Sequence[str] = ()) -> str:
    """Title, warnings, an aligned table, notes."""
    above = [line for warning in warnings for line in (f"**WARNING: {warning}**", "")]
    heading, *lines = _aligned(view, least=3)
    rule = [
        "-" * len(text) if column.left else "-" * (len(text) - 1) + ":"
        for text, column in zip(heading, view.columns, strict=True)
    ]
    rows = ["| " + " | ".join(cells) + " |" for cells in (heading, rule, *lines)]
    below = ["", *(f"- {note}" for note in view.notes)] if view.notes else []
    return "\n".join([f"# {view.title}", "", *above, *rows, *below]) + "\n"


def latex_text(view: View, warnings: Sequence[str] = ()) -> str:
    """A table environment that needs no package; warnings and notes are in the caption."""
    alignment = "".join("l" if column.left else "r" for column in view.columns)
    caption = [*(f"\\textbf{{WARNING: {_latex(warning)}}}" for warning in warnings), f"{_latex(view.title)}."]
    heading, *lines = (" & ".join(map(_latex, cells)) + r" \\" for cells in _texts(view))
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            f"\\caption{{{' '.join([*caption, *map(_latex, view.notes)])}}}",
            f"\\begin{{tabular}}{{{alignment}}}",
            r"\hline",
            heading,
            r"\hline",
            *lines,
            r"\hline",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def terminal_lines(view: View) -> list[str]:
    """Headings and rows in aligned columns, for a command to print."""
    return ["  ".join(cells).rstrip() for cells in _aligned(view)]


def _texts(view: View) -> list[list[str]]:
    """The headings and the lines of a View."""
    return [[column.heading for column in view.columns], *([cell.text for cell in row] for row in cells_of(view))]


def _aligned(view: View, least: int = 0) -> list[list[str]]:
    """The texts, in every column as wide as its widest, at least so many letters."""
    lines = _texts(view)
    widths = [max(least, *map(len, column)) for column in zip(*lines, strict=True)]
    forms = [f"{{:{'<' if column.left else '>'}{width}}}" for column, width in zip(view.columns, widths, strict=True)]
    return [[form.format(text) for form, text in zip(forms, line, strict=True)] for line in lines]


def _latex(text: str) -> str:
    return MATHS.get(text) or "".join(LATEX.get(character, character) for character in text)
