import math

import pytest

from ffnet.errors import InputError
from ffnet.results.report.evidence import comparison_grid, p_value
from ffnet.results.report.expenses import duration, stage_grid, sums, training_grid, version_grid
from ffnet.results.report.grid import Grid, Group, cells, signed
from ffnet.results.report.pictures import PIXELS, embed
from ffnet.results.report.sources import read_benchmarks


def test_a_table_that_is_not_there_is_named(own_folder):
    (own_folder.results / "tables" / "intervals.csv").unlink()
    with pytest.raises(InputError, match=r"tables/intervals\.csv: the report needs this table, and it cannot be read"):
        own_folder.page()


def test_records_that_are_cut_are_named(own_folder):
    path = own_folder.results / "demo" / "records" / "mine.json"
    path.write_text(path.read_text()[:-5])
    with pytest.raises(InputError, match=r"records/mine\.json: not whole .*; delete it and run again"):
        own_folder.page()


def test_benchmarks_are_read_and_what_is_not_told_is_nan(tmp_path):
    (tmp_path / "b.tsv").write_text("s\tmax_rss\tcpu_time\n2.5\t100.0\t2.0\n3.5\tNA\t-\n")
    (tmp_path / "a.tsv").write_text("s\tmax_rss\n1.0\t50\n")
    found = read_benchmarks(tmp_path)
    assert [job.seconds for job in found] == [1.0, 2.5, 3.5] and [job.memory for job in found][:2] == [50, 100]
    assert math.isnan(found[2].memory) and math.isnan(found[2].processor) and math.isnan(found[0].processor)
    assert read_benchmarks(tmp_path / "gone") == []


def test_stages_are_added_up_and_those_without_logs_stay_empty(folder):
    sources = folder.sources([])
    rows = {
        row[0].text: [cell.text for cell in row[1:]] for row in stage_grid(sources, folder.collections).groups[0].rows
    }
    assert rows["load_scans"] == ["1", "1 min 16 s", "1 min 10 s", "1 min 16 s", "321"]
    assert rows["make_masks"] == [""] * 5


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")],
)
def test_durations_are_told_for_people(seconds, text):
    assert duration(seconds) == text and duration(math.nan) == ""


def test_differences_have_their_sign_and_nothing_has_none():
    assert [signed(value) for value in ("1.5", "-0.5", "-0.001", "0", "")] == ["+1.50", "−0.50", "0.00", "0.00", ""]


def test_p_values_are_short():
    assert [p_value(text) for text in ("", "0.0004", "0.0123", "1")] == ["", "<0.001", "0.012", "1.000"]


@pytest.mark.parametrize("size", [(3680, 100), (600, 20000), (100, 50)])
def test_large_pictures_are_shrunk_to_a_bound_and_keep_their_shape(tmp_path, size):
    from PIL import Image

    Image.new("RGB", size, "red").save(tmp_path / "a.png")
    found = embed(tmp_path / "a.png")
    assert found.width <= min(1840, size[0]) and found.width * found.height <= PIXELS * 1.001
    assert found.width / found.height == pytest.approx(size[0] / size[1], rel=0.02)
    assert (found.width, found.height) == size or size != (100, 50)


def test_runs_are_added_over_all_records_and_their_mean_time_is_told(folder):
    sources = folder.sources(["ridge", "FFNet-M"])
    sources.records["own", "ridge"]["made_with"]["torch"] = {"9.9": 8}
    (group,) = version_grid(sources).groups
    told = {row[0].text: row[1].text for row in group.rows}
    runs = {key: record["runs"] for key, record in sources.records.items()}
    assert runs["demo", "ridge"] == 8 and runs["faces", "FFNet-M"] == 12
    assert told["PyTorch"] == f"2.0 ({sum(runs.values()) - 8} runs), 9.9 (8 runs)" and told["NumPy"] == "2.1"
    row = training_grid(sources, folder.collections).groups[0].rows[0]
    assert [cell.text for cell in row] == ["ridge", "8", "16 s", "2.0 s", "2.0 s", "7", "cpu"]


def test_experiments_on_the_same_data_share_a_line(folder):
    sources = folder.sources(["ridge", "FFNet-M", "mine"])
    for name, data in (("ridge", "one"), ("FFNet-M", "one"), ("mine", "two")):
        sources.records["faces", name]["data"] = data
        sources.records["demo", name]["data"] = "three"
    told = {row[0].text: [] for row in version_grid(sources).groups[0].rows}
    for row in version_grid(sources).groups[0].rows:
        told[row[0].text].append((row[1].text, row[1].sub))
    assert told["data of faces, SHA-256"] == [("one", "ridge, FFNet-M"), ("two", "mine")]
    assert told["data of demo, SHA-256"] == [("three", "all experiments")]


def test_all_runs_and_all_jobs_are_added_up_and_nothing_measured_says_nothing(folder):
    sources = folder.sources(["ridge"])
    runs = sum(record["runs"] for record in sources.records.values())
    assert sums(sources) == (duration(2.0 * runs), duration(3 * 75.5)) and runs > 10
    assert sums(sources._replace(records={}, jobs={})) == ("", "")


def test_numbers_below_zero_have_a_minus_sign_in_every_column(folder):
    rows = [row for group in comparison_grid(folder.sources(), folder.collections).groups for row in group.rows]
    texts = [cell.text for row in rows for cell in row[2:]]
    assert any(text.startswith("−") for text in texts) and not any("-" in text for text in texts)


def test_a_table_of_many_rows_stands_in_a_box_that_scrolls():
    groups = [Group("", "", [cells("a")] * 20), Group("", "", [cells("b")] * 20)]
    assert not Grid("", [], groups).tall and Grid("", [], [*groups, Group("", "", [cells("c")])]).tall
