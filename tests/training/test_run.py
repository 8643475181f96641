import csv
import dataclasses
import json
import subprocess
import sys
import time

import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.training.loop import predict
from ffnet.training.ridge import ridge_probabilities
from ffnet.training.run import train_runs
from ffnet.training.session import Run, fold_scans
from ffnet.training.trainer import EagerWorker, Trainer, open_trainer
from tests.training.conftest import session_in

FFNET_M = ("f3dnet", "f3dnet", "vgg16_bn", "own")
RIDGE = ("ridge", "none", "ridge", "none")


def train(folder, reader, recipe, *runs):
    """{run: (text of its predictions, its record)}"""
    outputs = train_runs(runs, reader, recipe, session_in(folder))
    return {run: (predictions, json.loads(record)) for run, predictions, record in outputs}


@pytest.mark.parametrize("row", [FFNET_M, RIDGE], ids=["network", "ridge"])
def test_a_run_gives_predictions_of_the_test_subjects_and_its_record(tmp_path, reader, split, recipe_of, row):
    ((predictions, record),) = train(tmp_path, reader, recipe_of(*row), Run("x", 0, 1)).values()
    rows = list(csv.DictReader(predictions.splitlines()))
    tested = {line["subject"] for line in csv.DictReader(split.read_text().splitlines()) if line["fold"] == "1"}
    assert len(rows) == 12
    assert {line["subject"] for line in rows} == tested
    assert [line["scan"] for line in rows] == sorted(line["scan"] for line in rows)
    for line in rows:
        assert line["label"] == EXPRESSIONS[int(line["scan"].rpartition("_")[2])]
        assert sum(float(line[name]) for name in EXPRESSIONS) == pytest.approx(1, abs=1e-6)
    assert record["scans"] == {"training": 24, "test": 12}
    assert (record["experiment"], record["repeat"], record["fold"]) == ("x", 0, 1)
    assert record["settings"]["experiment"]["depth"] == row[0]
    assert len(record["data_sha256"]) == 64
    if row == FFNET_M:
        assert [epoch["epoch"] for epoch in record["epochs"]] == [1, 2]
        assert record["device"] == "cpu" and record["computed_in"] == "float32" and record["resumed"] == 0
        assert record.get("gpu_step") is None  # on a CPU


def test_control_masks_are_made_from_the_training_half_of_each_run(tmp_path, reader, recipe_of, monkeypatch):
    made = []

    def choose(choice, collection, train, seed):
        made.append((choice, train.tolist(), seed))
        return {name: getattr(collection, name) for name in ("mask1", "mask2")}

    monkeypatch.setattr("ffnet.training.run.choose_masks", choose)
    outputs = train(tmp_path, reader, recipe_of("f3dnet", "none", "none", "other"), Run("x", 0, 0), Run("x", 0, 1))
    collection, split = reader()
    halves = [fold_scans(collection, split, fold).train.tolist() for fold in (0, 1)]
    assert made == [("other", half, record["seed"]) for half, (_, record) in zip(halves, outputs.values(), strict=True)]


def test_two_runs_of_one_seed_are_byte_identical_and_another_fold_repeat_or_experiment_has_another_seed(
    tmp_path, shards, split, recipe_of, reader
):
    recipe = recipe_of(*FFNET_M)
    runs = Run("x", 0, 0), Run("x", 0, 1), Run("x", 1, 0), Run("y", 0, 0)
    first = {run: train(tmp_path / str(run), reader, recipe, run)[run] for run in runs}
    assert len({record["seed"] for _, record in first.values()}) == 4
    (tmp_path / "shards.csv").write_text("file,sha256\n" + "".join(f"{path},0\n" for path in shards[::-1]))
    predictions, record = train(tmp_path / "again", reader, recipe, runs[0])[runs[0]]
    assert predictions == first[runs[0]][0]
    assert record["data_sha256"] == first[runs[0]][1]["data_sha256"]
    losses = [[epoch["loss"] for epoch in one["epochs"]] for one in (record, first[runs[0]][1])]
    assert losses[0] == losses[1]


@pytest.mark.parametrize("row", [FFNET_M, RIDGE], ids=["network", "ridge"])
def test_runs_of_one_job_are_byte_identical_to_runs_of_jobs_of_their_own(tmp_path, reader, recipe_of, row):
    recipe, runs = recipe_of(*row), [Run("x", 0, fold) for fold in range(3)]
    together = train(tmp_path / "together", reader, recipe, *runs)
    assert list(together) == runs
    for run in runs:
        predictions, record = train(tmp_path / str(run), reader, recipe, run)[run]
        assert together[run][0] == predictions and together[run][1]["data_sha256"] == record["data_sha256"]


@pytest.mark.parametrize("row", [FFNET_M, RIDGE], ids=["network", "ridge"])
def test_a_run_that_fails_is_named_and_the_others_of_its_job_are_finished(
    tmp_path, reader, recipe_of, row, monkeypatch, capsys
):
    recipe, runs, made = recipe_of(*row), [Run("x", 0, fold) for fold in range(3)], []
    whole = train(tmp_path / "whole", reader, recipe, *runs)
    place = "ffnet.training.run.ridge_probabilities" if row == RIDGE else "ffnet.training.trainer.predict"
    real = ridge_probabilities if row == RIDGE else predict

    def second_fails(*arguments):
        made.append(None)
        if len(made) == 2:
            raise ZeroDivisionError("nobody foresaw it")
        return real(*arguments)

    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(place, second_fails)
        train(tmp_path, reader, recipe, *runs)
    printed = capsys.readouterr().out
    assert "x, repeat 0, fold 1: failed (ZeroDivisionError: nobody foresaw it)\n" in printed
    assert "x, repeat 0, fold 2: training on 24 scans, testing on 12\n" in printed
    again = train(tmp_path, reader, recipe, *runs)
    printed = capsys.readouterr().out
    assert printed.count("finished before") == 2 and "fold 1: finished before" not in printed
    assert {run: predictions for run, (predictions, _) in again.items()} == {
        run: predictions for run, (predictions, _) in whole.items()
    }


def test_the_first_run_of_a_job_pays_for_reading(tmp_path, reader, recipe_of):
    began = time.perf_counter()
    records = [
        record for _, record in train(tmp_path, reader, recipe_of(*RIDGE), *map(Run, "xx", (0, 0), (0, 1))).values()
    ]
    assert records[0]["seconds"]["reading"] > 0 == records[1]["seconds"]["reading"]
    assert all(record["seconds"]["all"] >= record["seconds"]["reading"] for record in records)
    assert sum(record["seconds"]["all"] for record in records) <= time.perf_counter() - began + 0.002  # rounded


def test_the_seconds_of_runs_side_by_side_are_shares_of_the_wall_time(tmp_path, reader, recipe_of, monkeypatch):
    def two(recipe, collection, precision, execution, counts):
        one = open_trainer(recipe, collection, precision, execution, counts)
        return dataclasses.replace(one, workers=[*one.workers, EagerWorker(recipe, one.data, precision)])

    real = Trainer.predict

    def predict(*arguments):
        time.sleep(1)
        return real(*arguments)

    monkeypatch.setattr(Trainer, "predict", predict)
    monkeypatch.setattr("ffnet.training.trainer.open_trainer", two)
    began = time.perf_counter()
    runs = [Run("x", 0, fold) for fold in range(2)]
    records = [record for _, record in train(tmp_path, reader, recipe_of(*FFNET_M), *runs).values()]
    assert len(records) == 2
    assert sum(record["seconds"]["all"] for record in records) <= time.perf_counter() - began
    last = records[1]
    assert last["seconds"]["all"] == pytest.approx((last["training_seconds"] + last["test_seconds"]) / 2, rel=0.3)


def test_a_subject_in_both_halves_stops_the_job(tmp_path, reader, split, recipe_of, collection, monkeypatch):
    everyone = np.ones(len(collection.scan), bool)
    monkeypatch.setattr("ffnet.training.session.fold_masks", lambda *_: (everyone, collection.subject == "s01"))
    with pytest.raises(InputError, match="in the training half and in the test half at once: s01"):
        fold_scans(collection, {}, 0)
    split.write_text(split.read_text() + "s00,0\ns00,1\n")
    with pytest.raises(InputError, match="subject s00 occurs a second time"):
        train(tmp_path / "out", reader, recipe_of(*RIDGE), Run("x", 0, 1))
    assert not (tmp_path / "out").exists()


def test_a_subject_without_any_scan_is_named_and_the_run_goes_on(tmp_path, reader, split, recipe_of, capsys):
    split.write_text(split.read_text() + "s99,0\n")
    ((_, record),) = train(tmp_path, reader, recipe_of(*RIDGE), Run("x", 0, 1)).values()
    assert "subject s99 takes no part: all its scans were left out" in capsys.readouterr().out
    assert record["scans"] == {"training": 24, "test": 12}


def test_only_the_scans_of_subjects_that_take_part_are_held(reader, split):
    split.write_text("subject,fold\ns01,0\ns04,1\n")
    collection, folds = reader()
    assert set(collection.subject) == {"s01", "s04"} and folds == {"s01": 0, "s04": 1}


def test_a_ridge_run_does_not_import_torch():
    code = "import sys, ffnet.training.run; sys.exit('torch' in sys.modules or 'sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("row", [RIDGE, FFNET_M], ids=["ridge", "network"])
def test_another_set_of_classes_gives_as_many_outputs(tmp_path, reader, recipe_of, row):
    classes = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt")
    recipe = dataclasses.replace(recipe_of(*row), classes=classes)
    ((predictions, _),) = train(tmp_path, reader, recipe, Run("x", 0, 0)).values()
    head, *rows = csv.reader(predictions.splitlines())
    assert tuple(head[3:]) == classes and len(rows) == 12
    np.testing.assert_allclose(np.array([row[3:] for row in rows], float).sum(axis=1), 1, atol=1e-6)
