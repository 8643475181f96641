import contextlib
import dataclasses
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from ffnet.training import loop
from ffnet.training.checkpoint import Checkpoint, checkpoint_key, forget_runs
from ffnet.training.recipe import recipe_values
from ffnet.training.run import train_runs
from ffnet.training.session import Run
from tests.training.conftest import session_in

RUN = Run("x", 0, 1)
STEPS = 6  # of the tiny run: 24 scans in batches of 8, two epochs


@pytest.fixture
def recipe(recipe_of):
    """A stream whose dropout draws from torch's own random numbers, too."""
    recipe = recipe_of("f3dnet", "none", "none", "own")
    return dataclasses.replace(recipe, networks=dataclasses.replace(recipe.networks, dropout=0.3, width=0.03))


@pytest.fixture
def train_in(reader, recipe):
    """Function that does runs with checkpoints in a folder and gives the predictions and the record of the last."""

    def go(folder, *runs, **changes):
        session = session_in(folder, **{"save_every": 0.0, **changes})
        *_, (_, predictions, record) = train_runs(runs or (RUN,), reader, recipe, session)
        return predictions, json.loads(record)

    return go


def die_after(steps, monkeypatch):
    """Lets training_step break off after so many calls."""
    real, calls = loop.training_step, []

    def step(*arguments):
        if len(calls) == steps:
            raise KeyboardInterrupt
        calls.append(None)
        return real(*arguments)

    monkeypatch.setattr(loop, "training_step", step)
    return calls


def without_times(record):
    epochs = [{key: value for key, value in row.items() if key != "seconds"} for row in record["epochs"]]
    left = ("epochs", "resumed", "seconds", "training_seconds", "test_seconds")
    return {key: value for key, value in record.items() if key not in left} | {"epochs": epochs}


@pytest.mark.parametrize("steps", range(1, STEPS))
def test_a_run_killed_at_any_step_resumes_there_and_ends_with_the_same_bytes(tmp_path, train_in, monkeypatch, steps):
    whole, record = train_in(tmp_path / "whole")
    with monkeypatch.context() as patch:
        die_after(steps, patch)
        with pytest.raises(KeyboardInterrupt):
            train_in(tmp_path / "killed")
    with monkeypatch.context() as patch:
        calls = die_after(STEPS, patch)
        again, resumed = train_in(tmp_path / "killed")
    assert len(calls) == STEPS - steps
    assert again == whole
    assert without_times(resumed) == without_times(record)
    assert (record["resumed"], resumed["resumed"]) == (0, 1)
    assert [path.name for path in (tmp_path / "killed/resume/1").iterdir()] == ["key.json"]


@pytest.mark.parametrize("steps", [1, STEPS - 1, STEPS + 1, 2 * STEPS + 3])
def test_a_job_of_many_runs_goes_on_with_the_unfinished_ones_and_inside_them(tmp_path, train_in, monkeypatch, steps):
    runs = [RUN._replace(fold=fold) for fold in range(3)]
    whole, _ = train_in(tmp_path / "whole", *runs)
    with monkeypatch.context() as patch:
        die_after(steps, patch)
        with pytest.raises(KeyboardInterrupt):
            train_in(tmp_path / "killed", *runs)
    with monkeypatch.context() as patch:
        calls = die_after(3 * STEPS, patch)
        assert train_in(tmp_path / "killed", *runs)[0] == whole
    assert len(calls) == 3 * STEPS - steps


def test_a_state_of_another_key_is_not_used(tmp_path, train_in, monkeypatch):
    with monkeypatch.context() as patch:
        die_after(3, patch)
        with pytest.raises(KeyboardInterrupt):
            train_in(tmp_path)
    assert train_in(tmp_path, key="other")[1]["resumed"] == 0


def test_a_state_from_another_device_or_type_is_reported_and_not_used(tmp_path, train_in, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        die_after(3, patch)
        patch.setattr("ffnet.training.state.TrainingState.computed_on", lambda state: "cuda in float16")
        with pytest.raises(KeyboardInterrupt):
            train_in(tmp_path)
    assert train_in(tmp_path)[1]["resumed"] == 0
    assert "computed on cuda in float16, not cpu in float32; starting over" in capsys.readouterr().out


@pytest.mark.parametrize("damage", ["cut", "foreign", "empty", "another format"])
def test_a_damaged_state_is_reported_and_the_run_starts_over(tmp_path, train_in, monkeypatch, capsys, damage):
    whole, _ = train_in(tmp_path / "whole")
    with monkeypatch.context() as patch:
        die_after(4, patch)
        if damage == "another format":
            patch.setattr("ffnet.training.checkpoint.FORMAT", "another")
        with pytest.raises(KeyboardInterrupt):
            train_in(tmp_path)
    (path,) = (tmp_path / "resume/1").iterdir()
    content = path.read_bytes()
    broken = {"cut": content[: len(content) // 2], "foreign": b"\x80\x02K\x01.", "empty": b""}
    path.write_bytes(broken.get(damage, content))
    again, record = train_in(tmp_path)
    assert again == whole and record["resumed"] == 0
    assert "not a whole checkpoint" in capsys.readouterr().out


def test_a_finished_run_gives_its_outputs_again_without_reading_or_training(tmp_path, train_in, recipe, capsys):
    first = train_in(tmp_path)
    session = session_in(tmp_path)
    ((_, predictions, record),) = train_runs([RUN], lambda: 1 / 0, recipe, session)
    assert (predictions, json.loads(record)) == first
    assert "x, repeat 0, fold 1: finished before, its outputs were kept" in capsys.readouterr().out
    with pytest.raises(ZeroDivisionError):
        list(train_runs([RUN], lambda: 1 / 0, recipe, session_in(tmp_path, key="other")))


def test_once_an_experiment_is_gathered_its_runs_are_forgotten_and_no_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for experiment in ("ridge", "ridge-2"):
        Checkpoint(f"resume/demo/{experiment}/0/3", "key", 60.0).finish("predictions", "record")
    forget_runs("demo", "ridge")
    assert [path.parts[2] for path in (tmp_path / "resume").relative_to(tmp_path).rglob("*.json")] == ["ridge-2"]
    forget_runs("demo", "never run")


def test_what_a_final_model_kept_is_deleted_whole(tmp_path):
    checkpoint = Checkpoint(tmp_path / "models/x", "key", 60.0)
    checkpoint.finish("predictions", "record")
    checkpoint.delete()
    assert list((tmp_path / "models").iterdir()) == []


def test_a_state_is_saved_once_in_the_time_asked_and_not_before(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("ffnet.training.checkpoint.time.monotonic", lambda: now[0])

    class Nothing:
        def state_dict(self):
            return {}

    checkpoint = Checkpoint(tmp_path / "r", "key", 60.0)
    written = []
    for now[0] in (0.0, 59.9, 60.0, 61.0, 119.9, 120.5):
        checkpoint.save_if_due(Nothing())
        written.append(checkpoint.state_path.exists() and checkpoint.state_path.unlink() is None)
    assert written == [False, False, True, False, False, True]


def test_the_key_sees_every_part():
    parts = [{"a": 1}, "code", 1, "input", "another"]
    keys = {checkpoint_key(*parts)}
    for place, other in enumerate([{"a": 2}, "x", 2, "y", "z"]):
        keys.add(checkpoint_key(*parts[:place], other, *parts[place + 1 :]))
    assert len(keys) == 6 and checkpoint_key(*parts) in keys


@pytest.mark.slow
@pytest.mark.parametrize("folds", [(1,), (0, 1, 2)], ids=["a run", "a repeat"])
def test_kill_9_at_ten_random_moments_and_the_predictions_are_byte_identical(tmp_path, reader, recipe, folds):
    reader()
    values = recipe_values(recipe)
    values["training"]["epochs"] = 60 // len(folds)
    code = (
        "import json, sys, pathlib\n"
        "from ffnet.training.recipe import read_recipe\n"
        "from ffnet.training.run import train_runs\n"
        "from ffnet.training.session import Run, read_data\n"
        "from tests.training.conftest import session_in\n"
        "folder, shards, split, values, folds = json.loads(sys.argv[1])\n"
        "session = session_in(pathlib.Path(folder), save_every=0.0)\n"
        "runs = [Run('x', 0, fold) for fold in folds]\n"
        "for run, *texts in train_runs(runs, lambda: read_data(shards, split), read_recipe(values, ''), session):\n"
        "    for text, suffix in zip(texts, ('csv', 'json')):\n"
        "        pathlib.Path(folder, f'{run.fold}.{suffix}').write_text(text)\n"
    )

    def command(folder):
        arguments = [str(folder), str(tmp_path / "shards.csv"), str(tmp_path / "split.csv"), values, folds]
        return [sys.executable, "-c", code, json.dumps(arguments)]

    def predictions(name):
        return [(tmp_path / name / f"{fold}.csv").read_bytes() for fold in folds]

    def record(name, fold):
        return json.loads((tmp_path / name / f"{fold}.json").read_text())

    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    subprocess.run(command(tmp_path / "whole"), check=True, stdout=subprocess.DEVNULL)
    seconds = sum(record("whole", fold)["training_seconds"] for fold in folds)
    moments, states = random.Random(7), tmp_path / "killed/resume"

    def saved():
        """{path: time} of all whole states, without the files that are being written."""
        times = {}
        for path in states.rglob("[!.]*.pt"):
            with contextlib.suppress(FileNotFoundError):  # of a run that is finished
                times[path] = path.stat().st_mtime_ns
        return times

    for _ in range(10):
        before = saved()
        process = subprocess.Popen(command(tmp_path / "killed"), stdout=subprocess.DEVNULL)
        while not saved().items() - before.items():
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(moments.uniform(0, seconds / 10))  # ten times half of that leave something to do
        assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(command(tmp_path / "killed"), check=True, stdout=subprocess.DEVNULL)
    assert predictions("killed") == predictions("whole")
    assert sum(record("killed", fold)["resumed"] for fold in folds) == 10
