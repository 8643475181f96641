import csv
import io

import pytest

from ffnet.results.tables.rendering import Table, csv_text, latex_text, markdown_text, number, percent, table_files

TABLE = Table(
    name="fish",
    title="Fish & chips",
    columns={"name": "what it is", "grams": "how much"},
    rows=[("cod, fresh", "120"), ("eel", "")],
    heading=("name", "%"),
    lines=[("cod_1", "12"), ("eel", "")],
    left=1,
    notes=("100% fish.",),
    latex=True,
)


def test_csv_has_the_names_of_the_columns_and_comes_back():
    assert list(csv.reader(io.StringIO(csv_text(TABLE)))) == [["name", "grams"], ["cod, fresh", "120"], ["eel", ""]]


def test_markdown_is_aligned_with_warnings_above_and_notes_below():
    assert markdown_text(TABLE, ["it is old."]) == (
        "# Fish & chips\n\n**WARNING: it is old.**\n\n"
        "| name  |   % |\n| ----- | --: |\n| cod_1 |  12 |\n| eel   |     |\n\n- 100% fish.\n"
    )


def test_latex_escapes_what_latex_would_read():
    text = latex_text(TABLE, ["#1 ~ \\ ^ {$}"])
    assert r"\caption{\textbf{WARNING: \#1 \textasciitilde{} \textbackslash{} \textasciicircum{} \{\$\}} " in text
    assert r"Fish \& chips. 100\% fish.}" in text and "\nname & \\% \\\\\n" in text and "\ncod\\_1 & 12 \\\\\n" in text
    assert r"\begin{tabular}{lr}" in text and text.count(r"\hline") == 3


def test_the_papers_attribute_maps_are_set_as_maths():
    assert " $I_{dnt}$ \\\\" in latex_text(TABLE._replace(heading=("I_d", "I_dnt")))


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (TABLE, {"fish.csv", "fish.md", "fish.tex"}),
        (TABLE._replace(latex=False), {"fish.csv", "fish.md"}),
        (TABLE._replace(latex=False, heading=()), {"fish.csv"}),
    ],
)
def test_a_table_comes_in_the_forms_it_names_and_warnings_stand_in_all_that_are_for_people(table, names):
    files = table_files(table, ["beware"])
    assert set(files) == names
    assert all(("beware" in text) == (not name.endswith("csv")) for name, text in files.items())


def test_numbers_that_are_not_known_are_empty():
    assert (percent(0.12345), percent(0.12345, 1), percent(float("nan"))) == ("12.35", "12.3", "")
    assert (number(0.5, ".3f"), number(float("nan"), ".3f")) == ("0.500", "")
