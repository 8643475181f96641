"""A full disk, an input that vanishes, a half-written file: a clear message, nothing corrupt, and the next start goes
on to the tables of an undisturbed run."""

import os
import resource
import shutil
import subprocess

import pytest

from ffnet.storage import read_stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
FULL = "error: the disk is full or a quota used up"


def assert_whole(project):
    """All files of stages can be read, and no temporary file is left."""
    for path in (project.folder / "results").rglob("*.h5"):
        read_stage(path)
    assert not list((project.folder / "results").rglob(".*"))


def assert_same_tables(project, finished):
    done = project.run()
    assert done.returncode == 0, done.stdout[-3000:]
    for kind in ("csv", "md"):
        table = f"results/tables/accuracy.{kind}"
        assert project.read(table) == finished.read(table)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk of its own")
def test_a_disk_that_fills_up_is_told_and_after_room_was_made_the_run_goes_on(finished, project):
    results = project.folder / "results"
    shutil.rmtree(results)
    results.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", results], check=True)
    try:
        done = project.run()
        assert done.returncode != 0 and FULL in done.stdout and "No space left on device" in done.stdout
        assert_whole(project)
        subprocess.run(["mount", "-o", "remount,size=400m", results], check=True)
        assert_same_tables(project, finished)
    finally:
        subprocess.run(["umount", results], check=True)


def test_a_file_beyond_the_allowed_size_is_told_and_nothing_of_it_is_left(finished, project, monkeypatch):
    for shard in project.folder.glob("results/demo-bu3dfe/shards/*.h5"):
        shard.unlink()
    (project.folder / "results/demo-bu3dfe/quarantine.csv").unlink()
    most = 10**6
    with monkeypatch.context() as patch:
        real = subprocess.run
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))  # noqa: E731
        patch.setattr(subprocess, "run", lambda *told, **named: real(*told, **named, preexec_fn=limit))
        done = project.run()
    assert done.returncode != 0 and FULL in done.stdout and "File too large" in done.stdout
    assert not list(project.folder.glob("results/demo-bu3dfe/shards/*"))
    assert_whole(project)
    assert_same_tables(project, finished)


def test_half_a_shard_is_named_and_once_deleted_made_again(finished, project):
    shard = next(project.folder.glob("results/demo-bu3dfe/shards/*.h5"))
    data = shard.read_bytes()
    shard.write_bytes(data[: len(data) // 2])
    done = project.run()
    name = shard.relative_to(project.folder)
    assert done.returncode != 0 and f"error: {name}: not a whole stage file" in done.stdout
    assert "delete it and run again" in done.stdout and "Traceback" not in done.stdout
    shard.unlink()
    assert_same_tables(project, finished)


def test_a_scan_that_vanishes_while_the_run_is_under_way_is_quarantined_and_comes_back(finished, project):
    mesh = "data/demo/bosphorus/bs001/bs001_E_FEAR_0.bnt"
    (project.folder / "results/demo-bosphorus").rename(project.folder / "before")
    script = project.folder / "workflow_scripts" / "load_scans.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(f"import os\n\nif os.path.exists({mesh!r}):\n    os.rename({mesh!r}, 'away')\n" + text)
    done = project.run("results/demo-bosphorus/quarantine.csv")
    assert done.returncode == 0, done.stdout[-3000:]
    assert "bs001_E_FEAR_0" in project.read("results/demo-bosphorus/quarantine.csv")
    (project.folder / "away").rename(project.folder / mesh)
    script.write_text(text, encoding="utf-8")
    assert_same_tables(project, finished)
    assert "bs001" not in project.read("results/demo-bosphorus/quarantine.csv")
