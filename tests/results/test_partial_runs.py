import json
import shutil

import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.results.partial_runs import ExpectedRuns, read_partial, run_states
from ffnet.results.tables.accuracy_table import accuracy_frame, accuracy_table
from ffnet.results.tables.formatters import markdown_text
from ffnet.results.tables.missing_table import missing_table, missing_warnings
from ffnet.storage import sha256_of


@pytest.fixture
def expected(own_known):
    """The ExpectedRuns that own_known holds, and those of an experiment of which no run exists."""

    def expect(dataset, name, repeats, folds):
        place = own_known.folder / dataset
        runs = [place / "runs" / name / str(r) / f"{fold}.csv" for r in range(repeats) for fold in range(folds)]
        splits = [place / "splits" / f"{repeat}.csv" for repeat in range(repeats)]
        return ExpectedRuns(
            dataset, name, repeats, folds, {"of": name}, "abc", runs, splits, [own_known.shards(dataset)]
        )

    made = [expect(*key, len(counts), len(counts[0])) for key, counts in own_known.right.items()]
    return [*made, expect("faces", "ridge", 2, 4)]


def partial(known, expected):
    return read_partial(expected, known.datasets, known.architectures, 0.95)


def remove(known, dataset, name, *runs):
    for repeat, fold in runs:
        path = known.folder / dataset / "runs" / name / str(repeat) / f"{fold}.csv"
        path.unlink()


def test_with_all_runs_the_accuracies_are_those_of_the_gathered_files(own_known, expected):
    found = partial(own_known, expected[:-1])
    assert [one.accuracy for one in found.experiments] == [one.accuracy for one in own_known.experiments()]
    assert missing_warnings(found.runs) == [] and missing_table(found.runs).frame.empty


def test_what_is_there_counts_and_what_is_missing_is_listed_run_by_run(own_known, expected):
    remove(own_known, "demo", "FFNet-M", (1, 2), (1, 3))
    experiments, _, runs = partial(own_known, expected)
    one = next(one for one in experiments if (one.dataset, one.name) == ("demo", "FFNet-M"))
    made = own_known.scores("demo", "FFNet-M").ravel()[:6] / 100
    assert one.accuracy.mean == pytest.approx(made.mean()) and one.accuracy.runs == 6
    assert one.accuracy.sd_over_runs == pytest.approx(np.std(made, ddof=1)) and np.isnan(one.accuracy.sd_over_repeats)
    assert "6 of 2 x 4" in markdown_text(accuracy_table(accuracy_frame(experiments, 0.95)).view)
    assert ("faces", "ridge") not in {(one.dataset, one.name) for one in experiments}
    table = missing_table(runs)
    lines = {line[:2]: line[2:] for line in own_known.lines(table)}
    assert lines["demo", "FFNet-M"] == ("8", "6", "2", "0", "0", "0") and lines["faces", "ridge"] == (
        "8",
        "0",
        "8",
        "0",
        "0",
        "0",
    )
    assert lines["demo", "mine"] == ("4", "4", "0", "0", "0", "0")
    rows = own_known.table(table)
    assert [tuple(row.values()) for row in rows[:2]] == [
        ("demo", "FFNet-M", "1", "2", "not made"),
        ("demo", "FFNet-M", "1", "3", "not made"),
    ]
    assert any("Pairs of collections (section cross of config.yaml) are left out" in note for note in table.notes)
    assert len(rows) == 10 and missing_warnings(runs) == [
        "so far; 50 of 60 runs are made, see missing.md. Only comparisons.md compares the same runs."
    ]


def test_a_run_made_with_other_settings_or_code_is_stale(expected):
    states = run_states(expected[1]._replace(settings={"of": "FFNet-M", "epochs": 70}))
    assert set(states["state"]) == {"other settings"} and len(states) == 8
    assert set(run_states(expected[1]._replace(code="xyz"))["state"]) == {"other code"}


def test_a_run_made_on_other_inputs_or_another_split_is_stale(own_known, expected):
    split = own_known.folder / "demo" / "splits" / "1.csv"
    split.write_text(split.read_text() + "s99,0\n")
    states = run_states(expected[1])
    assert states.query("state == 'other data'")["repeat"].tolist() == [1] * 4
    assert states.query("state == 'made'")["repeat"].tolist() == [0] * 4
    weights = own_known.folder / "weights.pth"
    assert set(run_states(expected[1]._replace(inputs=[*expected[1].inputs, weights]))["state"]) == {"other data"}
    own_known.shards("demo").write_text("file,sha256\nshard-00.h5,1\n")
    assert set(run_states(expected[1])["state"]) == {"other data"}
    assert set(run_states(expected[3])["state"]) == {"made"}  # on the other dataset


def test_a_record_of_an_earlier_version_without_inputs_is_stale(own_known, expected, edit):
    path = own_known.folder / "demo" / "runs" / "mine" / "0" / "1.json"
    record = json.loads(path.read_text())
    del record["inputs"]
    path.write_text(json.dumps(record))
    assert run_states(expected[2])["state"].tolist() == ["made", "other data", "made", "made"]


def test_stale_runs_are_listed_with_the_reason_and_not_averaged(own_known, expected):
    for fold, changes in ((1, {"code": "old"}), (3, {"settings": {"of": "mine", "epochs": 9}})):
        path = own_known.folder / "demo" / "runs" / "mine" / "0" / f"{fold}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    experiments, records, runs = partial(own_known, expected)
    one = next(one for one in experiments if (one.dataset, one.name) == ("demo", "mine"))
    made = own_known.scores("demo", "mine")[0, [0, 2]] / 100
    assert one.accuracy.mean == pytest.approx(made.mean()) and one.accuracy.runs == records["demo", "mine"]["runs"] == 2
    rows = [row for row in own_known.table(missing_table(runs)) if row["experiment"] == "mine"]
    assert [(row["fold"], row["state"]) for row in rows] == [("1", "other code"), ("3", "other settings")]
    assert ("demo", "mine", "4", "2", "0", "1", "1", "0") in own_known.lines(missing_table(runs))
    assert missing_warnings(runs)[0].startswith("so far; 50 of 60 runs are made")


def test_a_run_without_a_record_counts_as_missing(own_known, expected):
    (own_known.folder / "demo" / "runs" / "FFNet-M" / "0" / "1.json").unlink()
    states = run_states(expected[1])
    missing = states[states["state"] != "made"]
    assert missing[["repeat", "fold", "state"]].to_numpy().tolist() == [[0, 1, "not made"]]


def test_without_any_run_it_says_so(own_known, expected):
    shutil.rmtree(own_known.folder / "own" / "runs")
    with pytest.raises(InputError, match="none of the runs that config.yaml asks for is made yet"):
        partial(own_known, expected[5:])


def test_a_subject_in_the_wrong_fold_is_named_though_runs_are_missing(own_known, expected):
    remove(own_known, "demo", "mine", (0, 2))
    split = own_known.folder / "demo" / "splits" / "0.csv"
    lines = split.read_text().splitlines()
    subject, fold = lines[1].split(",")
    split.write_text("\n".join([lines[0], f"{subject},{(int(fold) + 1) % 4}", *lines[2:]]) + "\n")
    assert run_states(expected[2])["state"].tolist() == ["other data", "other data", "not made", "other data"]
    for path in (own_known.folder / "demo" / "runs").glob("*/0/*.json"):
        inputs = [sha256_of(own_known.shards("demo")), sha256_of(split)]
        path.write_text(json.dumps(json.loads(path.read_text()) | {"inputs": inputs}))
    where = rf"demo/runs/[\w-]+/0/{fold}.csv: subject {subject} .* is tested in fold {fold}, but its split says"
    with pytest.raises(InputError, match=where):
        partial(own_known, expected)


def test_a_run_that_is_cut_at_a_line_end_is_named(own_known, expected):
    path = own_known.folder / "demo" / "runs" / "mine" / "0" / "2.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(InputError, match="mine/0/2.csv: found predictions of 11 scans, but its record says 12"):
        partial(own_known, expected)


def test_the_records_of_what_is_there_are_gathered(own_known, expected):
    remove(own_known, "demo", "mine", (0, 2))
    _, records, _ = partial(own_known, expected)
    assert {key: record["runs"] for key, record in records.items()} == {
        key: np.size(counts) - (key == ("demo", "mine")) for key, counts in own_known.right.items()
    }
