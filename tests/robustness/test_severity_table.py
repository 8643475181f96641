"""Accuracy by severity: people, lost scans, intervals."""

import numpy as np
import pytest
from scipy import stats

from ffnet.results.tables.formatters import table_files
from ffnet.robustness.outcomes import Outcome
from ffnet.robustness.settings import UNCHANGED, Condition
from ffnet.robustness.severity_table import by_person, geometry_of, lost_table, severity_table, summary, title_of

YAW = Condition("yaw", 40.0)


def person(name, right, wrong, lost=0, experiment="A"):
    """Outcomes of one person."""
    kinds = ["anger"] * right + ["fear"] * wrong + [""] * lost
    return [
        Outcome(experiment, f"{name}-{i}", name, "anger", kind, (), *(() if kind else ("scans", "no face")))
        for i, kind in enumerate(kinds)
    ]


BEFORE = person("p", 4, 0) + person("q", 3, 1) + person("r", 2, 2)
TURNED = person("p", 2, 1, 1) + person("q", 1, 0, 3) + person("r", 0, 0, 4)


def table(confidence=0.95):
    return severity_table({UNCHANGED: BEFORE, YAW: TURNED}, title_of("a", "b", "synthetic"), confidence)


def test_lost_scans_are_wrong_or_do_not_count():
    np.testing.assert_allclose(by_person(TURNED, lost_is_wrong=True), [0.5, 0.25, 0.0])
    np.testing.assert_allclose(by_person(TURNED, lost_is_wrong=False), [2 / 3, 1.0, np.nan])


def test_a_row_has_the_means_over_people_and_their_change():
    before, turned = table().frame.to_dict("records")
    assert (before["accuracy"], before["lost"], before["scans"], before["subjects"]) == (75.0, 0, 12, 3)
    assert before["change"] == 0 and np.isnan(before["change_low"])
    assert (turned["accuracy"], turned["lost"], turned["scans"], turned["unit"]) == (25.0, 8, 12, "degrees")
    assert turned["accuracy_of_rest"] == pytest.approx(100 * (2 / 3 + 1) / 2)
    assert turned["change"] == -50.0
    assert np.isnan(turned["change_low"])  # all three lose the same


def test_intervals_are_students_t_over_people_cut_to_what_is_possible():
    turned = table(0.5).frame.to_dict("records")[1]
    low, high = stats.t.interval(0.5, 2, loc=25.0, scale=stats.sem([50.0, 25.0, 0.0]))
    assert (turned["low"], turned["high"]) == (pytest.approx(low), pytest.approx(high))
    assert table(0.99).frame.to_dict("records")[1]["low"] == 0.0


def test_a_change_has_a_paired_interval():
    turned = person("p", 1, 3) + person("q", 1, 3) + person("r", 1, 3)
    frame = severity_table({UNCHANGED: BEFORE, YAW: turned}, "", 0.9).frame
    row = frame.to_dict("records")[1]
    low, high = stats.t.interval(0.9, 2, loc=-50.0, scale=stats.sem([-75.0, -50.0, -25.0]))
    assert (row["change_low"], row["change_high"]) == (pytest.approx(low), pytest.approx(high))


def test_where_all_scans_are_lost_the_accuracy_of_the_rest_is_not_known():
    nothing = person("p", 0, 0, 4) + person("q", 0, 0, 4) + person("r", 0, 0, 4)
    row = severity_table({UNCHANGED: BEFORE, YAW: nothing}, "", 0.9).frame.to_dict("records")[1]
    assert row["accuracy"] == 0 and row["lost"] == 12 and np.isnan(row["accuracy_of_rest"])
    assert summary(np.zeros(0), 0.95) == pytest.approx((np.nan,) * 3, nan_ok=True)


def test_each_experiment_has_its_own_rows():
    both = {UNCHANGED: BEFORE + person("p", 0, 4, experiment="B"), YAW: TURNED + person("p", 0, 4, experiment="B")}
    frame = severity_table(both, "", 0.95).frame
    assert list(frame["experiment"]) == ["A", "B", "A", "B"] and list(frame["accuracy"]) == [75.0, 0.0, 25.0, 0.0]


def test_the_files_say_what_the_data_are_and_list_what_was_lost():
    files = table_files(table()) | table_files(lost_table({UNCHANGED: BEFORE, YAW: TURNED}))
    assert files["accuracy.md"].startswith("# Final models of a on changed scans of b (synthetic)\n")
    assert "lost.csv has the reasons" in files["accuracy.md"]
    lost = files["lost.csv"].splitlines()
    assert lost[:2] == ["axis,severity,scan,stage,reason", "yaw,40,p-3,scans,no face"] and len(lost) == 9
    header = files["accuracy.csv"].splitlines()[0]
    assert header.startswith("axis,severity,unit,geometry,experiment,subjects,scans,lost,accuracy,low,high,accuracy_of")


def test_each_row_says_whether_generator_or_mesh_made_the_change():
    assert [geometry_of(axis, ("yaw", "lamp")) for axis in ("unchanged", "yaw", "noise")] == ["", "generator", "mesh"]
    outcomes = {UNCHANGED: BEFORE, YAW: TURNED}
    for studio, made in (((), "mesh"), (("yaw",), "generator")):
        files = table_files(severity_table(outcomes, "", 0.95, studio))
        assert [line.split(",")[3] for line in files["accuracy.csv"].splitlines()] == ["geometry", "", made]
        assert f"| yaw       |       40 | degrees | {made}" in files["accuracy.md"]
        assert "geometry: generator, where head or light were changed before" in files["accuracy.md"]


def test_changes_that_cancel_are_0_without_a_sign():
    turned = person("p", 3, 0) + person("q", 2, 1) + person("r", 1, 2)
    before = person("p", 2, 1) + person("q", 3, 0) + person("r", 1, 2)
    text = table_files(severity_table({UNCHANGED: before, YAW: turned}, "", 0.95))["accuracy.csv"]
    assert ",+0.00," in text and ",-0.00," not in text
