import csv
import io
import math

import pandas
import pytest

from ffnet.results.tables.formatters import csv_text, latex_text, markdown_text, table_files, terminal_lines
from ffnet.results.tables.table import Cell, Column, Shown, Table, View, cells_of, shown

ROWS = [{"name": "cod, fresh", "grams": 120.256}, {"name": "eel_1", "grams": math.nan}]
VIEW = View(
    "Fish & chips",
    [shown("name", "name", left=True), Shown("%", lambda row: Cell(f"{row['grams']:.0f}".replace("nan", ""), "small"))],
    ROWS,
    ("100% fish.",),
)
COLUMNS = (Column("name", "what it is"), Column("grams", "how much", ".2f"))
TABLE = Table("fish", COLUMNS, pandas.DataFrame(ROWS), VIEW, latex=True)


def test_csv_has_the_names_of_the_columns_numbers_in_their_form_and_nothing_for_nan():
    rows = list(csv.reader(io.StringIO(csv_text(TABLE))))
    assert rows == [["name", "grams"], ["cod, fresh", "120.26"], ["eel_1", ""]]


def test_csv_takes_the_columns_in_their_order_and_no_others():
    frame = TABLE.frame.assign(secret=1)[["secret", "grams", "name"]]
    assert csv_text(TABLE._replace(frame=frame)) == csv_text(TABLE)
    assert csv_text(TABLE._replace(frame=frame[:0])) == "name,grams\n"


def test_markdown_is_aligned_with_warnings_above_and_notes_below():
    assert markdown_text(VIEW, ["it is old."]) == (
        "# Fish & chips\n\n**WARNING: it is old.**\n\n"
        "| name       |   % |\n| ---------- | --: |\n| cod, fresh | 120 |\n| eel_1      |     |\n\n- 100% fish.\n"
    )


def test_latex_escapes_what_latex_would_read():
    text = latex_text(VIEW, ["#1 ~ \\ ^ {$}"])
    assert r"\caption{\textbf{WARNING: \#1 \textasciitilde{} \textbackslash{} \textasciicircum{} \{\$\}} " in text
    assert r"Fish \& chips. 100\% fish.}" in text and "\nname & \\% \\\\\n" in text and "\neel\\_1 &  \\\\\n" in text
    assert r"\begin{tabular}{lr}" in text and text.count(r"\hline") == 3


def test_the_papers_attribute_maps_are_set_as_maths():
    columns = [VIEW.columns[0], VIEW.columns[1]._replace(heading="I_dnt")]
    assert " $I_{dnt}$ \\\\" in latex_text(VIEW._replace(columns=columns))


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (TABLE, {"fish.csv", "fish.md", "fish.tex"}),
        (TABLE._replace(latex=False), {"fish.csv", "fish.md"}),
        (TABLE._replace(view=None), {"fish.csv"}),
    ],
)
def test_a_table_comes_in_the_forms_it_names_and_warnings_are_in_all_that_are_for_people(table, names):
    files = table_files(table, ["beware"])
    assert set(files) == names
    assert all(("beware" in text) == (not name.endswith("csv")) for name, text in files.items())


def test_a_plain_text_becomes_a_cell():
    assert cells_of(VIEW)[0] == [Cell("cod, fresh"), Cell("120", "small")]


def test_columns_of_a_terminal_are_aligned_two_spaces_apart():
    assert terminal_lines(VIEW) == ["name          %", "cod, fresh  120", "eel_1"]
    assert terminal_lines(VIEW._replace(rows=[])) == ["name  %"]
