"""Killed at random moments, started again, at the end the tables of an undisturbed run to the byte."""

import os
import pathlib
import random
import re
import signal
import subprocess
import time
from collections import Counter

import pytest

from ffnet.workflow.job_log import DONE
from tests.workflow.conftest import Project, make_tiny

MOST = 2.0  # seconds
SCRIPT = re.compile(r"\.snakemake/scripts/\w+\.(\w+)\.py")


def start(project):
    """The workflow in a process group of its own, as make starts it."""
    path = f"{os.path.dirname(project.command()[0])}:{os.environ['PATH']}"
    environment = project.environment() | {"PATH": path}
    return subprocess.Popen(
        ["envs/run.sh"],
        cwd=project.folder,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def jobs_alive(project):
    """Rule -> number of its jobs that are at work in the project."""
    found = Counter()
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd") == str(project.folder):
                script = SCRIPT.search((process / "cmdline").read_bytes().decode().split("\0")[1])
                found.update(script.groups() if script else ())
        except (OSError, IndexError):  # it has ended, or is no script
            continue
    return found


def jobs_done(project):
    """How many jobs have ended well, by their logs."""
    logs = (project.folder / "logs").rglob("*.log")
    return sum(log.read_text(encoding="utf-8", errors="replace").rpartition("\n" + DONE)[1] != "" for log in logs)


def kill_and_finish(project, rounds, jobs):
    """Starts and kills the workflow so often, then lets it end. Gives the jobs_alive of each kill.

    jobs: how many the whole run has. The kills are spread over them: each waits until its share of them is done, and a
    random time more. A start that ends before its kill counts with no job.
    """
    moments, killed = random.Random(0), []
    for number in range(1, rounds + 1):
        run = start(project)
        while run.poll() is None and jobs_done(project) < jobs * number / (rounds + 1):
            time.sleep(0.1)
        time.sleep(moments.uniform(0, MOST))
        done, alive = jobs_done(project), jobs_alive(project)
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        killed.append(alive)
        print(f"kill {number}, {done} of {jobs} jobs done, at work: {dict(alive) or 'none'}", flush=True)
    assert start(project).wait() == 0
    return killed


def tables(project):
    return {path.name: path.read_bytes() for path in (project.folder / "results" / "tables").iterdir()}


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_killed_at_any_moment_it_ends_with_the_same_tables(finished, project):
    jobs = jobs_done(project)
    for part in ("results", "logs"):
        subprocess.run(["rm", "-r", str(project.folder / part)], check=True)
    kill_and_finish(project, 4, jobs)
    assert tables(project) == tables(finished)


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_killed_twenty_times_over_the_whole_run_it_ends_with_the_same_tables(tmp_path):
    def longer(config):
        make_tiny(config)
        config["training"]["epochs"] = 30

    projects = []
    for name in ("undisturbed", "killed"):
        (tmp_path / name).mkdir()
        projects.append(Project(tmp_path / name))
        projects[-1].configure(longer)
    undisturbed, killed = projects
    began = time.perf_counter()
    assert start(undisturbed).wait() == 0
    jobs = jobs_done(undisturbed)
    print(f"undisturbed: {jobs} jobs in {time.perf_counter() - began:.0f} s")
    alive = kill_and_finish(killed, 20, jobs)
    hit = sum(alive, Counter())
    print(f"killed at work: {dict(hit)}")
    assert tables(killed) == tables(undisturbed)
    assert {"make_demo_bu3dfe", "train_runs"} <= set(hit) and sum(map(bool, alive)) > 10
