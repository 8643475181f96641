import csv
import json
import subprocess
import sys

import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.training.run import Run, fit_and_predict, prediction_table, train_fold
from ffnet.training.splits import split_table, subject_folds

FFNET_M = ("f3dnet", "f3dnet", "vgg16_bn", True)
RIDGE = ("ridge", "none", "ridge", False)
CONDUCT = {"runs_per_gpu": 1, "save_every": 60.0, "final_models": []}


@pytest.fixture
def split(tmp_path, collection):
    path = tmp_path / "split.csv"
    path.write_text(split_table(subject_folds(sorted(set(collection.subject.tolist())), 3, 0, 0)))
    return path


def train_into(folder, shards, split, settings, run):
    paths = folder / "resume", folder / f"{run.fold}.csv", folder / f"{run.fold}.json"
    train_fold(shards, split, run, settings, CONDUCT, "code", 1, *paths)
    return (folder / f"{run.fold}.csv").read_bytes(), json.loads((folder / f"{run.fold}.json").read_text())


@pytest.mark.parametrize("row", [FFNET_M, RIDGE], ids=["network", "ridge"])
def test_a_run_writes_predictions_of_the_test_subjects_and_its_record(tmp_path, shards, split, settings_of, row):
    predictions, record = train_into(tmp_path, shards, split, settings_of(*row), Run("x", 0, 1))
    rows = list(csv.DictReader(predictions.decode().splitlines()))
    tested = {line["subject"] for line in csv.DictReader(split.read_text().splitlines()) if line["fold"] == "1"}
    assert len(rows) == 12
    assert {line["subject"] for line in rows} == tested
    assert [line["scan"] for line in rows] == sorted(line["scan"] for line in rows)
    for line in rows:
        assert line["label"] == EXPRESSIONS[int(line["scan"].rpartition("_")[2])]
        assert sum(float(line[name]) for name in EXPRESSIONS) == pytest.approx(1, abs=1e-6)
    assert record["scans"] == {"training": 24, "test": 12}
    assert record["settings"]["experiment"]["depth"] == row[0]
    assert len(record["data_sha256"]) == 64
    if row == FFNET_M:
        assert [epoch["epoch"] for epoch in record["epochs"]] == [1, 2]
        assert record["device"] == "cpu"


def test_two_runs_of_one_seed_are_byte_identical_and_another_fold_or_repeat_has_another_seed(
    tmp_path, shards, split, settings_of
):
    seeds = set()
    settings = settings_of(*FFNET_M)
    for run in (Run("x", 0, 0), Run("x", 1, 0), Run("y", 0, 0)):
        first, record = train_into(tmp_path, shards, split, settings, run)
        seeds.add(record["seed"])
    again, repeated = train_into(tmp_path, shards[::-1], split, settings, Run("y", 0, 0))
    assert again == first
    assert repeated["data_sha256"] == record["data_sha256"]
    assert [epoch["loss"] for epoch in repeated["epochs"]] == [epoch["loss"] for epoch in record["epochs"]]
    assert len(seeds) == 3


def test_a_subject_in_both_halves_stops_the_run_and_writes_nothing(tmp_path, shards, split, settings_of, collection):
    split.write_text(split.read_text() + "s00,0\ns00,1\n")
    with pytest.raises(InputError, match="subject s00 stands here a second time"):
        train_into(tmp_path / "out", shards, split, settings_of(*RIDGE), Run("x", 0, 1))
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="at once: s00, s01"):
        fit_and_predict(collection, collection.take(slice(0, 12)), Run("x", 0, 0), settings_of(*RIDGE), CONDUCT, 1)


def test_a_subject_without_any_scan_is_named_and_the_run_goes_on(tmp_path, shards, split, settings_of, capsys):
    split.write_text(split.read_text() + "s99,0\n")
    _, record = train_into(tmp_path, shards, split, settings_of(*RIDGE), Run("x", 0, 1))
    assert "subject s99 takes no part: all its scans were left out" in capsys.readouterr().out
    assert record["scans"] == {"training": 24, "test": 12}


def test_the_table_of_predictions_in_closed_form(collection):
    table = prediction_table(collection.take(slice(0, 1)), np.array([[0.5, 0.25, 0.125, 0.125, 0, 0]]), EXPRESSIONS)
    assert table == (
        "scan,subject,label,anger,disgust,fear,happiness,sadness,surprise\n"
        "s00_0,s00,anger,0.50000000,0.25000000,0.12500000,0.12500000,0.00000000,0.00000000\n"
    )


def test_a_ridge_run_does_not_import_torch():
    code = "import sys, ffnet.training.run; sys.exit('torch' in sys.modules or 'sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_training_does_not_import_torchs_compiler(tmp_path, shards, split, settings_of):
    code = (
        "import json, sys; from ffnet.training.run import Run, train_fold\n"
        "shards, split, settings, conduct, *out = json.loads(sys.argv[1])\n"
        "train_fold(shards, split, Run('x', 0, 0), settings, conduct, 'code', 1, *out)\n"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    arguments = [[str(path) for path in shards], str(split), settings_of(*FFNET_M), CONDUCT]
    arguments += [str(tmp_path / name) for name in ("resume", "0.csv", "0.json")]
    assert subprocess.run([sys.executable, "-c", code, json.dumps(arguments)], check=False).returncode == 0


@pytest.mark.parametrize("row", [RIDGE, FFNET_M], ids=["ridge", "network"])
def test_another_set_of_classes_gives_as_many_outputs(collection, settings_of, row):
    classes = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt"]
    settings = settings_of(*row) | {"classes": classes}
    tested = np.isin(collection.subject, np.unique(collection.subject)[:1])
    halves = collection.take(~tested), collection.take(tested)
    probabilities, _ = fit_and_predict(*halves, Run("x", 0, 0), settings, CONDUCT, 1)
    assert probabilities.shape == (tested.sum(), 8)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    head, first, *_ = prediction_table(halves[1], probabilities, classes).splitlines()
    assert head.split(",")[3:] == classes and len(first.split(",")) == 11
