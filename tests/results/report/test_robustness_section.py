"""A robustness test on the page, if it was run."""

import pandas as pd
import pytest
from PIL import Image

from ffnet.results.report.html_table import html_table
from ffnet.results.report.robustness_section import robustness_section
from ffnet.results.tables.formatters import csv_text
from ffnet.robustness.settings import UNCHANGED, Condition
from ffnet.robustness.severity_table import severity_table
from tests.robustness.test_severity_table import BEFORE, TURNED


@pytest.fixture
def files(tmp_path):
    table = severity_table({UNCHANGED: BEFORE, Condition("yaw", 40.0): TURNED}, "", 0.5, ("yaw",))
    (tmp_path / "accuracy.csv").write_text(csv_text(table), encoding="utf-8")
    Image.new("RGB", (60, 40)).save(tmp_path / "accuracy.png")
    return {"table": tmp_path / "accuracy.csv", "figure": tmp_path / "accuracy.png", "sha256": ""}


def test_a_test_that_was_not_run_is_not_shown():
    assert robustness_section(None) is None


def test_the_table_of_a_test_is_shown_with_its_figure(files):
    section = robustness_section(files)
    assert (section.picture.width, section.picture.height) == (60, 40)
    table = html_table(section.view, {})
    texts = [[cell.text for cell in row] for row in table.groups[0].rows]
    assert texts[1][:8] == ["yaw", "40", "degrees", "generator", "A", "12", "8", "25.00"]
    assert texts[1][8] == "13.21 to 36.79" and texts[0][-1] == ""  # nothing is known of a change that is 0 for all


def test_a_table_without_the_geometry_as_earlier_versions_made_it_is_shown_too(files):
    table = pd.read_csv(files["table"], keep_default_na=False)
    table.drop(columns="geometry").to_csv(files["table"], index=False)
    rows = html_table(robustness_section(files).view, {}).groups[0].rows
    assert [cell.text for cell in rows[1]][:5] == ["yaw", "40", "degrees", "", "A"]


def test_the_page_has_a_section_for_it_only_if_it_was_run(folder, files, text, parse):
    assert 'id="robustness"' not in text and "#robustness" not in text
    page = parse(folder.page(files))
    rows = [cells for where, _, cells, _ in page.rows if where == "robustness"]
    assert ["yaw", "40", "degrees", "generator", "A", "12", "8"] in [cells[:7] for cells in rows]
    assert any(tag == "a" and of.get("href") == "#robustness" for tag, of in page.tags)
    pictures = [of for tag, of in page.tags if tag == "img" and of["alt"].startswith("Accuracy by severity")]
    assert [(of["width"], of["height"]) for of in pictures] == [("60", "40")]
