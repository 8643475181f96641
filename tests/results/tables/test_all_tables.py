import csv

import pytest

from ffnet.results.tables.all_tables import all_tables, columns_text, write_tables


@pytest.fixture
def tables(known):
    return all_tables(known.experiments(), known.collections, known.confidence)


def test_every_table_is_written_in_its_forms_and_again_with_the_same_bytes(tables, tmp_path):
    write_tables(tmp_path / "a", tables)
    write_tables(tmp_path / "b", tables)
    files = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    both = {f"{name}.{form}" for name in ("accuracy", "intervals", "classes", "subjects") for form in ("csv", "md")}
    papers = {f"table{number}.{form}" for number in range(1, 6) for form in ("csv", "md", "tex")}
    assert set(files) == both | papers | {"comparisons.csv", "comparisons.md", "confusion.csv", "columns.md"}


def test_a_warning_stands_in_every_table_for_people(tables, tmp_path):
    write_tables(tmp_path, tables, ["beware"])
    for path in tmp_path.iterdir():
        assert ("WARNING: beware" in path.read_text()) == (path.suffix != ".csv" and path.name != "columns.md"), path


def test_rows_are_as_wide_as_their_headings_and_every_column_is_explained_once(tables, tmp_path):
    write_tables(tmp_path, tables)
    text = columns_text(tables)
    assert "## table1.csv, table2.csv, table3.csv, table4.csv, table5.csv\n" in text
    for table in tables:
        with open(tmp_path / f"{table.name}.csv", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == list(table.columns) and {len(row) for row in rows} == {len(header)}
        assert all(len(line) == len(table.heading) for line in table.lines)
        section = next(part for part in text.split("## ") if f"{table.name}.csv" in part.splitlines()[0])
        assert all(section.count(f"- `{column}`: {meaning}") == 1 for column, meaning in table.columns.items())


def test_every_table_with_figures_on_generated_faces_says_so(tables):
    for table in tables:
        text = " ".join([*table.notes, *(cell for row in table.rows for cell in row)])
        assert ("synthetic" in text) == (table.name not in ("table1", "table3"))
        if table.heading and table.name not in ("table1", "table3"):
            assert any("generated faces" in note for note in table.notes), table.name


def test_without_a_single_experiment_the_tables_are_empty_but_there(tmp_path):
    write_tables(tmp_path, all_tables([], {}, 0.95))
    assert (tmp_path / "accuracy.csv").read_text().count("\n") == 1
    assert (tmp_path / "table3.csv").read_text().count("\n") == 25
