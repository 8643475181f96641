import csv

import pandas
import pytest

from ffnet.errors import InputError
from ffnet.results.tables.all_tables import all_frames, all_tables, columns_text, read_frames, write_tables
from ffnet.results.tables.formatters import csv_text


@pytest.fixture
def frames(known):
    return all_frames(known.experiments(), known.datasets, known.confidence)


def test_every_table_is_written_in_its_forms_and_again_with_the_same_bytes(frames, tmp_path):
    write_tables(tmp_path / "a", frames)
    write_tables(tmp_path / "b", frames)
    files = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    both = {f"{name}.{form}" for name in ("accuracy", "intervals", "classes", "subjects") for form in ("csv", "md")}
    papers = {f"table{number}.{form}" for number in range(1, 6) for form in ("csv", "md", "tex")}
    assert set(files) == both | papers | {
        *("questions.csv", "questions.md", "comparisons.csv", "comparisons.md"),
        *("confusion.csv", "columns.md", "unrounded.json"),
    }


def test_a_warning_stands_in_every_table_for_people(frames, tmp_path):
    write_tables(tmp_path, frames, ["beware"])
    for path in tmp_path.iterdir():
        assert ("WARNING: beware" in path.read_text()) == (
            path.suffix in (".md", ".tex") and path.name != "columns.md"
        ), path


def test_rows_are_as_wide_as_their_headings_and_every_column_is_explained_once(frames, tmp_path):
    write_tables(tmp_path, frames)
    tables = list(all_tables(frames).values())
    text = columns_text(tables)
    assert "## table1.csv, table2.csv, table3.csv, table4.csv, table5.csv\n" in text
    for table in tables:
        with open(tmp_path / f"{table.name}.csv", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == [column.name for column in table.columns if column.meaning] and {len(row) for row in rows} == {
            len(header)
        }
        section = next(part for part in text.split("## ") if f"{table.name}.csv" in part.splitlines()[0])
        assert all(
            section.count(f"- `{column.name}`: {column.meaning}") == 1 for column in table.columns if column.meaning
        )


def test_every_table_with_figures_on_generated_faces_says_so(frames):
    for name, table in all_tables(frames).items():
        assert ("synthetic" in csv_text(table)) == (name not in ("table1", "table3"))
        if table.view:
            noted = any("generated faces" in note for note in table.view.notes)
            assert noted == (name not in ("table1", "table3", "questions")), name  # no question is answered on demo


def test_frames_come_back_unrounded_from_their_file_and_make_the_same_tables(frames, tmp_path):
    write_tables(tmp_path / "a", frames)
    again = read_frames(tmp_path / "a" / "unrounded.json")
    for name, frame in frames.items():
        pandas.testing.assert_frame_equal(again[name], frame.reset_index(drop=True), check_dtype=False)
    write_tables(tmp_path / "b", again)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_frames_that_are_cut_are_refused(frames, tmp_path):
    write_tables(tmp_path, frames)
    path = tmp_path / "unrounded.json"
    path.write_text(path.read_text()[:-5])
    with pytest.raises(InputError, match=f"{path}: not whole .*; delete it and run again"):
        read_frames(path)


def test_without_a_single_experiment_the_tables_are_empty_but_there(tmp_path):
    write_tables(tmp_path, all_frames([], {}, 0.95))
    assert (tmp_path / "accuracy.csv").read_text().count("\n") == 1
    assert (tmp_path / "table3.csv").read_text().count("\n") == 25


def test_the_gain_of_the_best_test_epoch_is_in_its_own_column_and_in_no_other_number(known, frames):
    record = {"best_epoch_gain": 0.0625, "made_with": {"parameters": {}, "multiply_adds": {}}}
    records = {(one.dataset, one.name): record for one in known.experiments() if one.name == "FFNet-M"}
    found = all_frames(known.experiments(), known.datasets, known.confidence, (), records)
    gains = found["accuracy"].pop("best_epoch_gain")
    assert frames["accuracy"].pop("best_epoch_gain").isna().all()
    assert {name: frame.to_csv() for name, frame in found.items()} == {
        name: frame.to_csv() for name, frame in frames.items()
    }
    is_watched = found["accuracy"]["experiment"] == "FFNet-M"
    assert gains[is_watched].eq(6.25).all() and gains[~is_watched].isna().all() and is_watched.sum() == 2
