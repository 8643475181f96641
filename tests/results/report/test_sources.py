import math
import re

import pytest

from ffnet.errors import InputError
from ffnet.results.report.expenses import stage_view, total_times, training_view, version_view, with_times
from ffnet.results.report.html_table import Group, HtmlTable, html_table
from ffnet.results.report.pictures import PIXELS, embed
from ffnet.results.report.sources import read_jobs
from ffnet.results.tables.all_tables import all_tables
from ffnet.results.tables.number_text import duration
from ffnet.results.tables.table import Cell, Column, View, cells_of, named


def texts(view):
    """What a View shows, row by row."""
    return [[cell.text for cell in row] for row in cells_of(view)]


def test_tables_that_are_not_there_are_named(own_folder):
    (own_folder.results / "tables" / "unrounded.json").unlink()
    with pytest.raises(InputError, match=r"tables/unrounded\.json: not whole .*; delete it and run again"):
        own_folder.page()


def test_records_that_are_cut_are_named(own_folder):
    path = own_folder.results / "demo" / "records" / "mine.json"
    path.write_text(path.read_text()[:-5])
    with pytest.raises(InputError, match=r"records/mine\.json: not whole .*; delete it and run again"):
        own_folder.page()


def test_benchmarks_are_read_and_what_was_not_measured_is_nan(tmp_path):
    (tmp_path / "b.tsv").write_text("s\tmax_rss\tcpu_time\n2.5\t100.0\t2.0\n3.5\tNA\t-\n")
    (tmp_path / "a.tsv").write_text("s\tmax_rss\n1.0\t50\n")
    found = read_jobs({"demo": {"load_scans": [tmp_path / "a.tsv", tmp_path / "b.tsv", tmp_path / "gone.tsv"]}})
    assert found["seconds"].tolist() == [1.0, 2.5, 3.5] and found["memory"].tolist()[:2] == [50, 100]
    assert math.isnan(found["memory"][2]) and found["processor"].isna().tolist() == [True, False, True]
    assert set(found["dataset"]) == {"demo"} and set(found["stage"]) == {"load_scans"}
    assert read_jobs({"demo": {"load_scans": [tmp_path / "gone.tsv"]}}).empty


def test_jobs_of_a_stage_are_added_up(own_folder):
    path = own_folder.logs / "benchmarks" / "demo" / "load_scans" / "shard-00.tsv"
    path.write_text(path.read_text() + "10.0\t0:00:10\t400.2\t-\n")
    first, *_ = texts(stage_view(own_folder.sources([])))
    assert first == ["demo", "synthetic", "load_scans", "2", "86 s", "70 s", "76 s", "400"]


def test_without_a_benchmark_no_stage_is_shown(folder):
    sources = folder.sources([])
    assert texts(stage_view(sources._replace(jobs=sources.jobs[:0]))) == []


def test_numbers_have_a_minus_sign_and_words_keep_their_hyphen():
    number = Column("n", heading="n", cell=lambda row: Cell("-1.5", "-2 to -1"))
    view = View("t", [*named("name", left=True), number], [{"name": "a-b"}])
    (group,) = html_table(view, {}).groups
    assert group.rows == [[Cell("a-b"), Cell("−1.5", "−2 to −1")]]


@pytest.mark.parametrize("size", [(3680, 100), (600, 20000), (100, 50)])
def test_large_pictures_are_shrunk_to_a_bound_and_keep_their_shape(tmp_path, size):
    from PIL import Image

    Image.new("RGB", size, "red").save(tmp_path / "a.png")
    found = embed(tmp_path / "a.png")
    assert found.width <= min(1840, size[0]) and found.width * found.height <= PIXELS * 1.001
    assert found.width / found.height == pytest.approx(size[0] / size[1], rel=0.02)
    assert (found.width, found.height) == size or size != (100, 50)


def test_runs_are_added_over_all_records_and_their_mean_time_is_shown(folder):
    sources = folder.sources(["ridge", "FFNet-M"])
    sources.records["own", "ridge"]["made_with"]["torch"] = {"9.9": 8}
    made_with = dict(texts(version_view(sources.records)))
    runs = {key: record["runs"] for key, record in sources.records.items()}
    assert runs["demo", "ridge"] == 8 and runs["faces", "FFNet-M"] == 12
    assert made_with["PyTorch"] == f"2.0 ({sum(runs.values()) - 8} runs), 9.9 (8 runs)" and made_with["NumPy"] == "2.1"
    first, *_ = texts(training_view(sources))
    assert first == ["demo", "synthetic", "ridge", "8", "16 s", "2.0 s", "2.0 s", "7", "9", "cpu"]


def test_experiments_on_the_same_data_share_a_line(folder):
    sources = folder.sources(["ridge", "FFNet-M", "mine"])
    for name, data in (("ridge", "one"), ("FFNet-M", "one"), ("mine", "two")):
        sources.records["faces", name]["data"] = data
        sources.records["demo", name]["data"] = "three"
    found = {}
    for what, value in cells_of(version_view(sources.records)):
        found.setdefault(what.text, []).append((value.text, value.small))
    assert found["data of faces, SHA-256"] == [("one", "ridge, FFNet-M"), ("two", "mine")]
    assert found["data of demo, SHA-256"] == [("three", "all experiments")]


def test_all_runs_and_all_jobs_are_added_up_and_nothing_measured_says_nothing(folder):
    sources = folder.sources(["ridge"])
    runs = sum(record["runs"] for record in sources.records.values())
    assert total_times(sources) == (duration(2.0 * runs), duration(3 * 75.5)) and runs > 10
    assert total_times(sources._replace(records={}, jobs=sources.jobs[:0])) == ("", "")


def test_numbers_below_zero_have_a_minus_sign_in_every_column(folder):
    view = all_tables(folder.sources().frames)["comparisons"].view
    rows = [row for group in html_table(view, folder.datasets).groups for row in group.rows]
    numbers = [cell.text for row in rows for cell in row[2:-1]]
    assert any(text.startswith("−") for text in numbers) and not any(re.match("-", text) for text in numbers)


def test_a_table_of_many_rows_scrolls():
    groups = [Group("", "", [[Cell("a")]] * 20), Group("", "", [[Cell("b")]] * 20)]
    assert (
        not HtmlTable("", [], groups, ()).tall and HtmlTable("", [], [*groups, Group("", "", [[Cell("c")]])], ()).tall
    )


def test_tables_1_and_2_have_the_mean_time_of_a_run_of_ours_on_the_page_alone():
    view = View(
        "", named("method", "part"), [{"our_dataset": "own", "experiment": "ridge", "method": "a", "part": "b"}]
    )
    timed = with_times(view, {("own", "ridge"): {"seconds": {"all": 90.0}, "runs": 2}})
    assert [column.heading for column in timed.columns] == ["method", "time of a run", "part"]
    assert texts(timed) == [["a", "45 s", "b"]]
    assert texts(with_times(view, {})) == [["a", "", "b"]]
