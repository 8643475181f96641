import pathlib

import pytest

from ffnet.training.finished_runs import FOLDER, forget_runs, run_once

RUN = ("demo", "ridge", "0", "3")
OUTPUTS = ("results/3.csv", "results/3.json")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The working directory, with one input and an empty folder for outputs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shard.h5").write_text("data")
    (tmp_path / "results").mkdir()
    return tmp_path


@pytest.fixture
def work():
    """A function that writes the outputs and counts its calls."""

    def write():
        write.calls += 1
        for path in OUTPUTS:
            pathlib.Path(path).write_text(f"{path} {write.calls}")

    write.calls = 0
    return write


def once(work, facts="settings", run=RUN):
    run_once(run, OUTPUTS, ["shard.h5"], [facts], work)
    return [pathlib.Path(path).read_text() for path in OUTPUTS]


def delete():
    for path in OUTPUTS:
        pathlib.Path(path).unlink()


def test_outputs_deleted_after_a_run_was_finished_come_back_without_it(work, capsys):
    first = once(work)
    delete()
    assert once(work) == first and work.calls == 1
    assert "this run was finished before" in capsys.readouterr().out


def test_other_settings_inputs_or_runs_are_run(work, folder):
    once(work)
    once(work, facts="others")
    once(work, run=(*RUN[:3], "4"))
    assert work.calls == 3
    (folder / "shard.h5").write_text("other data")
    once(work)
    assert work.calls == 4


def test_a_run_that_failed_or_was_copied_by_half_is_run_again(work):
    with pytest.raises(ZeroDivisionError):
        run_once(RUN, OUTPUTS, ["shard.h5"], ["settings"], lambda: 1 / 0)
    assert not list(FOLDER.rglob("*.csv"))
    once(work)
    next(FOLDER.rglob("*.json")).unlink()
    once(work)
    assert work.calls == 2


def test_once_an_experiment_is_gathered_its_runs_are_forgotten_and_no_others(work):
    once(work)
    once(work, run=("demo", "ridge-2", "0", "3"))
    forget_runs("demo", "ridge")
    assert [path.relative_to(FOLDER).parts[:2] for path in FOLDER.rglob("*.csv")] == [("demo", "ridge-2")]
    forget_runs("demo", "never run")
