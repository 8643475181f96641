"""Ridge on moved features: a table of its own with the network and the control, audited, and in no other table."""

import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.results.audit.leakage import Evidence, ScanHash, leak_warnings, leakage_frame
from ffnet.results.statistics.paired import subject_test
from ffnet.results.tables.all_tables import all_frames, all_tables, columns_text
from ffnet.results.tables.formatters import markdown_text
from ffnet.results.tables.transport_table import balanced_runs
from ffnet.results.transported import MovedRuns, read_transports, ridges
from tests.results.conftest import RIGHT, write_known

UNMOVED, MOVED = [[7, 8, 9, 10], [6, 9, 9, 7]], [[11, 12, 9, 12], [12, 9, 10, 12]]  # right of twelve, as in RIGHT
DUE = {
    "the network": np.array(RIGHT["demo", "FFNet-M"]),
    "ridge on its features": np.array(UNMOVED),
    "ridge on moved features": np.array(MOVED),
}


def write_transports(folder):
    """The MovedRuns of known predictions, whose scans are those of the network's runs."""
    counts = {"unmoved": UNMOVED, "moved": MOVED}
    return [MovedRuns("demo", "FFNet-M", *(write_known(folder, name, of, EXPRESSIONS) for name, of in counts.items()))]


@pytest.fixture
def planned(tmp_path):
    return write_transports(tmp_path / "transports")


@pytest.fixture
def transports(planned, known):
    return read_transports(planned, known.experiments(), known.confidence)


@pytest.fixture
def frames(known, transports):
    return all_frames(known.experiments(), known.datasets, known.confidence, transports=transports)


def rows_of_lines(known, frames):
    return {row["line"]: row for row in known.table(all_tables(frames)["transport"])}


def test_the_table_has_the_network_the_control_and_what_transport_gives(known, frames):
    rows = rows_of_lines(known, frames)
    assert list(rows) == list(DUE)
    for line, counts in DUE.items():
        row = rows[line]
        assert (row["dataset"], row["experiment"], row["data"]) == ("demo", "FFNet-M", "synthetic")
        assert row["accuracy"] == f"{100 * counts.mean() / 12:.2f}"
        assert (row["subjects"], row["scans"], row["runs"], row["balanced"]) == ("8", "48", "8", "8")
        assert row["sees"] == ("TRANSDUCTIVE" if line == "ridge on moved features" else "")
    network = known.expected("demo", "FFNet-M")
    for name in ("accuracy", "interval_low", "interval_high"):
        assert rows["the network"][name] == network[name]


@pytest.mark.parametrize(
    ("line", "name", "other"),
    [
        ("ridge on its features", "from_network", "the network"),
        ("ridge on moved features", "from_network", "the network"),
        ("ridge on moved features", "from_unmoved", "ridge on its features"),
    ],
)
def test_differences_are_this_line_minus_the_other_and_their_p_is_of_people(
    known, frames, transports, line, name, other
):
    row, places = rows_of_lines(known, frames)[line], list(DUE)
    assert row[name] == f"{100 * (DUE[line] - DUE[other]).mean() / 12:.2f}"
    one, two = (transports[0][places.index(which)].predictions for which in (line, other))
    right = [of.probabilities.argmax(axis=1) == of.label for of in (one, two)]
    found = subject_test(*right, one.subject, known.confidence)
    assert float(row[f"{name}_p"]) == pytest.approx(found.p, rel=1e-5)
    assert row[f"{name}_low"] == f"{100 * found.low:.2f}" and row[f"{name}_high"] == f"{100 * found.high:.2f}"


def test_lines_without_another_have_no_difference(known, frames):
    rows = rows_of_lines(known, frames)
    assert rows["the network"]["from_network"] == rows["the network"]["from_unmoved_p"] == ""
    assert rows["ridge on its features"]["from_unmoved"] == "" != rows["ridge on its features"]["from_network"]


def test_people_see_that_it_is_transductive_and_what_the_control_is(frames):
    tables = all_tables(frames)
    text = markdown_text(tables["transport"].view)
    assert text.count("TRANSDUCTIVE") == 3  # title, line and note
    assert "onto all test features of the run at once, which were seen without labels" in " ".join(text.split())
    assert "8 of 8 runs have a test fold with as many scans of each class" in text
    assert "Chance is 16.67%" in text and "synthetic: generated faces" in text
    assert "`from_network_p`: two-sided, exact, by person" in columns_text(list(tables.values()))


def test_none_of_it_is_in_another_table_and_without_it_there_is_no_such_table(known, frames):
    others = all_frames(known.experiments(), known.datasets, known.confidence)
    assert "transport" not in others and "transport" not in all_tables(others)
    for name, frame in others.items():
        assert frame.equals(frames[name]), name


def test_folds_of_uneven_classes_are_not_counted_as_balanced(transports):
    tested = transports[0].moved.predictions
    assert balanced_runs(tested) == 8
    label = tested.label.copy()
    label[0] = (label[0] + 1) % 6
    assert balanced_runs(tested._replace(label=label)) == 7


def test_predictions_of_other_scans_than_the_networks_are_refused(planned, known, edit):
    path = planned[0].moved[2]
    edit(path, "s0", "s9")
    with pytest.raises(InputError, match="expected the scans that the runs of FFNet-M tested, found others"):
        read_transports(planned, known.experiments(), known.confidence)


def test_a_person_who_trains_and_is_tested_turns_the_audit_red(known, transports):
    splits = {}
    for row in known.tested("demo", "FFNet-M"):
        splits.setdefault(row["repeat"], {})[row["subject"]] = row["fold"]
    scans = {(row["scan"], row["subject"]) for row in known.tested("demo", "FFNet-M")}
    evidence = Evidence(splits, [ScanHash(scan, subject, scan) for scan, subject in sorted(scans)], 0)
    moved = ridges(transports)
    frame = leakage_frame(moved, {"demo": evidence}, {})
    names = [f"ridge on the {which}features of FFNet-M" for which in ("", "moved ")]
    assert frame["experiment"].tolist() == names
    assert frame["runs_audited"].tolist() == [8, 8] and leak_warnings(frame) == []
    tested = next(name for name, fold in splits[1].items() if fold == 2)
    splits[1][tested] = 3  # so that this person trains where fold 2 is tested
    (_, warning) = leak_warnings(leakage_frame(moved, {"demo": evidence}, {}))
    assert warning.startswith(f"{names[1]} on demo leaks: 1 subjects")
