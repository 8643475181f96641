import dataclasses
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
import torch

from ffnet.training import loop
from ffnet.training.resume import Keeper, state_key
from ffnet.training.run import Run, train_fold
from ffnet.training.splits import split_table, subject_folds

CONDUCT = {"runs_per_gpu": 1, "save_every": 0.0, "final_models": []}
RUN = Run("x", 0, 1)
STEPS = 6  # of the tiny run: 24 scans in batches of 8, two epochs


@pytest.fixture
def split(tmp_path, collection):
    path = tmp_path / "split.csv"
    path.write_text(split_table(subject_folds(sorted(set(collection.subject.tolist())), 3, 0, 0)))
    return path


@pytest.fixture
def settings(settings_of):
    """A stream whose dropout draws from torch's own random numbers, too."""
    settings = settings_of("f3dnet", "none", "none", True)
    settings["networks"] |= {"dropout": 0.3, "width": 0.03}
    return settings


@pytest.fixture
def train_into(shards, split, settings):
    """Function that does the run in a folder and gives its predictions' bytes and its record."""

    def go(folder, **changes):
        asked = {"conduct": CONDUCT, "code": "code", "threads": 1} | changes
        paths = folder / "resume", folder / "1.csv", folder / "1.json"
        train_fold(shards, split, RUN, settings, asked["conduct"], asked["code"], asked["threads"], *paths)
        return paths[1].read_bytes(), json.loads(paths[2].read_text())

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
def test_a_run_broken_off_at_any_step_goes_on_there_and_ends_with_the_same_bytes(
    tmp_path, train_into, monkeypatch, steps
):
    whole, record = train_into(tmp_path / "whole")
    with monkeypatch.context() as patch:
        die_after(steps, patch)
        with pytest.raises(KeyboardInterrupt):
            train_into(tmp_path / "broken")
    assert not (tmp_path / "broken/1.csv").exists()
    with monkeypatch.context() as patch:
        calls = die_after(STEPS, patch)
        again, resumed = train_into(tmp_path / "broken")
    assert len(calls) == STEPS - steps
    assert again == whole
    assert without_times(resumed) == without_times(record)
    assert (record["resumed"], resumed["resumed"]) == (0, 1)
    assert not (tmp_path / "broken/resume").exists()


@pytest.mark.parametrize("change", [{"code": "other"}, {"threads": 2}], ids=["code", "threads"])
def test_a_state_of_other_code_or_threads_is_not_taken_up(tmp_path, train_into, monkeypatch, change):
    with monkeypatch.context() as patch:
        die_after(3, patch)
        with pytest.raises(KeyboardInterrupt):
            train_into(tmp_path)
    assert train_into(tmp_path, **change)[1]["resumed"] == 0


def test_a_state_from_another_device_or_type_is_told_and_not_taken_up(tmp_path, train_into, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        die_after(3, patch)
        patch.setattr("ffnet.training.progress.Progress.computed", lambda progress: "cuda in float16")
        with pytest.raises(KeyboardInterrupt):
            train_into(tmp_path)
    assert train_into(tmp_path)[1]["resumed"] == 0
    assert "was computed on cuda in float16, not cpu in float32; beginning anew" in capsys.readouterr().out


@pytest.mark.parametrize("damage", ["cut", "foreign", "empty"])
def test_a_damaged_state_is_told_and_the_run_begins_anew(tmp_path, train_into, monkeypatch, capsys, damage):
    whole, _ = train_into(tmp_path / "whole")
    with monkeypatch.context() as patch:
        die_after(4, patch)
        with pytest.raises(KeyboardInterrupt):
            train_into(tmp_path)
    (path,) = (tmp_path / "resume").iterdir()
    content = path.read_bytes()
    path.write_bytes({"cut": content[: len(content) // 2], "foreign": b"\x80\x04K\x01.", "empty": b""}[damage])
    again, record = train_into(tmp_path)
    assert again == whole and record["resumed"] == 0
    assert "not a whole state" in capsys.readouterr().out


def test_a_state_is_saved_once_in_the_time_asked_and_not_before(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("ffnet.training.resume.time.monotonic", lambda: now[0])

    class Nothing:
        def state(self):
            return {"a": torch.zeros(1)}, {}

    keeper = Keeper(tmp_path / "r", "key", 60.0)
    written = []
    for now[0] in (0.0, 59.9, 60.0, 61.0, 119.9, 120.5):
        keeper.save_if_due(Nothing())
        written.append(keeper.path.exists() and keeper.path.unlink() is None)
    assert written == [False, False, True, False, False, True]


def test_the_key_sees_every_part():
    parts = [{"a": 1}, "code", "data", dataclasses.asdict(RUN), 1]
    keys = {state_key(*parts)}
    for place, other in enumerate([{"a": 2}, "x", "y", dataclasses.asdict(Run("x", 0, 2)), 2]):
        keys.add(state_key(*parts[:place], other, *parts[place + 1 :]))
    assert len(keys) == 6 and state_key(*parts) in keys


@pytest.mark.slow
def test_kill_9_at_ten_random_moments_and_the_predictions_are_byte_identical(tmp_path, shards, split, settings):
    settings["training"] |= {"epochs": 60}
    code = (
        "import json, sys; from ffnet.training.run import Run, train_fold\n"
        "shards, split, settings, conduct, *out = json.loads(sys.argv[1])\n"
        "train_fold(shards, split, Run('x', 0, 1), settings, conduct, 'code', 1, *out)\n"
    )

    def command(folder):
        paths = [str(folder / name) for name in ("resume", "1.csv", "1.json")]
        arguments = [[str(path) for path in shards], str(split), settings, CONDUCT, *paths]
        return [sys.executable, "-c", code, json.dumps(arguments)]

    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    subprocess.run(command(tmp_path / "whole"), check=True, stdout=subprocess.DEVNULL)
    whole = (tmp_path / "whole/1.csv").read_bytes()
    seconds = json.loads((tmp_path / "whole/1.json").read_text())["training_seconds"]
    moments, states = random.Random(7), tmp_path / "killed/resume"
    for _ in range(10):
        before = {path: path.stat().st_mtime_ns for path in states.glob("*.safetensors")}
        process = subprocess.Popen(command(tmp_path / "killed"), stdout=subprocess.DEVNULL)
        while {path: path.stat().st_mtime_ns for path in states.glob("*.safetensors")} == before:
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(moments.uniform(0, seconds / 10))  # ten times half of that leave something to do
        assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert not (tmp_path / "killed/1.csv").exists()
    subprocess.run(command(tmp_path / "killed"), check=True, stdout=subprocess.DEVNULL)
    assert (tmp_path / "killed/1.csv").read_bytes() == whole
    assert json.loads((tmp_path / "killed/1.json").read_text())["resumed"] == 10
    assert not (tmp_path / "killed/resume").exists()
