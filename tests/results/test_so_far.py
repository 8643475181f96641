import shutil

import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.results.so_far import Plan, experiments_so_far, find_runs, missing_table, missing_warning
from ffnet.results.tables.accuracy_table import accuracy_table
from ffnet.results.tables.rendering import markdown_text


@pytest.fixture
def plans(own_known):
    """The Plans of what own_known holds, and one of which no run exists."""
    made = [
        Plan(dataset, name, len(counts), len(counts[0]), {"of": name})
        for (dataset, name), counts in own_known.right.items()
    ]
    return [*made, Plan("faces", "ridge", 2, 4, {"of": "ridge"})]


def so_far(known, plans):
    return experiments_so_far(known.folder, plans, known.collections, known.networks, 0.95)


def remove(known, dataset, name, *runs):
    for repeat, fold in runs:
        path = known.folder / dataset / "runs" / name / str(repeat) / f"{fold}.csv"
        path.unlink()


def test_with_all_runs_the_accuracies_are_those_of_the_gathered_files(own_known, plans):
    experiments, _, found = so_far(own_known, plans[:-1])
    assert [one.accuracy for one in experiments] == [one.accuracy for one in own_known.experiments()]
    assert missing_warning(plans[:-1], found) == () and missing_table(plans[:-1], found).rows == []


def test_what_is_there_counts_and_what_is_missing_is_listed_run_by_run(own_known, plans):
    remove(own_known, "demo", "FFNet-M", (1, 2), (1, 3))
    experiments, _, found = so_far(own_known, plans)
    one = next(one for one in experiments if (one.dataset, one.name) == ("demo", "FFNet-M"))
    made = own_known.scores("demo", "FFNet-M").ravel()[:6] / 100
    assert one.accuracy.mean == pytest.approx(made.mean()) and one.accuracy.runs == 6
    assert one.accuracy.sd_over_runs == pytest.approx(np.std(made, ddof=1)) and np.isnan(one.accuracy.sd_over_repeats)
    assert "6 of 2 x 4" in markdown_text(accuracy_table(experiments, 0.95))
    assert ("faces", "ridge") not in {(one.dataset, one.name) for one in experiments}
    table = missing_table(plans, found)
    lines = {line[:2]: line[2:] for line in table.lines}
    assert lines["demo", "FFNet-M"] == ("8", "6", "2", "0") and lines["faces", "ridge"] == ("8", "0", "8", "0")
    assert lines["demo", "mine"] == ("4", "4", "0", "0")
    rows = own_known.table(table)
    assert [tuple(row.values()) for row in rows[:2]] == [
        ("demo", "FFNet-M", "1", "2", "not made"),
        ("demo", "FFNet-M", "1", "3", "not made"),
    ]
    assert len(rows) == 10 and missing_warning(plans, found) == (
        "so far; 50 of 60 runs are made, see missing.md. Only comparisons.md compares the same runs.",
    )


def test_a_run_made_with_other_settings_or_without_a_record_counts_as_missing(own_known, plans):
    changed = plans[1]._replace(settings={"of": "FFNet-M", "epochs": 70})
    found = find_runs(own_known.folder, changed)
    assert found.paths == [] and {why for _, _, why in found.missing} == {"other settings"}
    (own_known.folder / "demo" / "runs" / "FFNet-M" / "0" / "1.json").unlink()
    found = find_runs(own_known.folder, plans[1])
    assert found.missing == [(0, 1, "not made")] and len(found.paths) == 7


def test_without_any_run_it_says_so(own_known, plans):
    shutil.rmtree(own_known.folder / "own" / "runs")
    with pytest.raises(InputError, match="there is no run yet in .*/results/\\*/runs/ that config.yaml asks for"):
        so_far(own_known, plans[5:])


def test_a_subject_in_the_wrong_fold_is_named_though_runs_are_missing(own_known, plans):
    remove(own_known, "demo", "mine", (0, 2))
    split = own_known.folder / "demo" / "splits" / "0.csv"
    lines = split.read_text().splitlines()
    subject, fold = lines[1].split(",")
    split.write_text("\n".join([lines[0], f"{subject},{(int(fold) + 1) % 4}", *lines[2:]]) + "\n")
    with pytest.raises(InputError, match=f"subject {subject} .* is tested in fold {fold}, its split says"):
        so_far(own_known, plans)


def test_a_run_that_is_cut_at_a_line_end_is_named(own_known, plans):
    path = own_known.folder / "demo" / "runs" / "mine" / "0" / "2.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(InputError, match="mine/0/2.csv: predictions of 11 scans stand here, its record says 12"):
        so_far(own_known, plans)


def test_the_records_of_what_is_there_are_gathered(own_known, plans):
    remove(own_known, "demo", "mine", (0, 2))
    _, records, _ = so_far(own_known, plans)
    assert {key: record["runs"] for key, record in records.items()} == {
        key: np.size(counts) - (key == ("demo", "mine")) for key, counts in own_known.right.items()
    }
