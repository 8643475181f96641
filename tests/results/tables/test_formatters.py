import csv
import io
import math

import pandas
import pytest

from ffnet.results.tables.formatters import csv_text, latex_text, markdown_text, table_files, terminal_lines
from ffnet.results.tables.table import Cell, Column, Table, cells_of

ROWS = [{"name": "cod, fresh", "grams": 120.256}, {"name": "eel_1", "grams": math.nan, "missing": True}]
COLUMNS = (
    Column("grams", "how much", ".2f"),
    Column("name", "what it is", heading="name", left=True, group=True),
    Column("share", heading="%", cell=lambda row: Cell(f"{row['grams']:.0f}", "small"), ours=True),
)
TABLE = Table(
    "fish", "Fish & chips", COLUMNS, pandas.DataFrame(ROWS).assign(missing=[False, True]), ("100% fish.",), latex=True
)
VIEW = TABLE.view


def test_csv_has_the_names_of_the_columns_numbers_in_their_form_and_nothing_for_nan():
    rows = list(csv.reader(io.StringIO(csv_text(TABLE))))
    assert rows == [["grams", "name"], ["120.26", "cod, fresh"], ["", "eel_1"]]


def test_csv_takes_the_columns_in_their_order_and_no_others():
    frame = TABLE.frame.assign(secret=1)[["secret", "name", "grams"]]
    assert csv_text(TABLE._replace(frame=frame)) == csv_text(TABLE)
    assert csv_text(TABLE._replace(frame=frame[:0])) == "grams,name\n"


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
        (TABLE._replace(columns=[column._replace(heading="") for column in COLUMNS]), {"fish.csv"}),
    ],
)
def test_a_table_comes_in_the_forms_it_names_and_warnings_are_in_all_that_are_for_people(table, names):
    files = table_files(table, ["beware"])
    assert set(files) == names
    assert all(("beware" in text) == (not name.endswith("csv")) for name, text in files.items())


def test_people_see_the_columns_with_a_heading_groups_first_and_the_rows_they_are_given():
    assert [column.heading for column in VIEW.columns] == ["name", "%"] and len(VIEW.rows) == 2
    assert TABLE._replace(rows=ROWS[:1]).view.rows == ROWS[:1]


def test_a_plain_text_becomes_a_cell_and_ours_are_missing_in_rows_that_were_not_run():
    assert cells_of(VIEW._replace(rows=ROWS)) == [
        [Cell("cod, fresh"), Cell("120", "small")],
        [Cell("eel_1"), Cell("", missing=True)],
    ]


def test_columns_of_a_terminal_are_aligned_two_spaces_apart():
    assert terminal_lines(VIEW) == ["name          %", "cod, fresh  120", "eel_1"]
    assert terminal_lines(VIEW._replace(rows=[])) == ["name  %"]
