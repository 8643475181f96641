"""Snakemake's scheduler does not pass more often the more jobs have ended."""

import os
import subprocess
import sys
import textwrap
import threading
import time
from types import SimpleNamespace

import pytest
from snakemake.scheduling.job_scheduler import JobScheduler

from ffnet.workflow.provenance import ROOT
from ffnet.workflow.scheduling import _start_timer

JOBS = 40
RULES = """
from snakemake.scheduling.job_scheduler import JobScheduler

from ffnet.workflow.scheduling import hold_one_timer

if {held}:
    hold_one_timer()
passes, old = [], JobScheduler._schedule_reevalutation
JobScheduler._schedule_reevalutation = lambda *told: passes.append(1) or old(*told)


onsuccess:
    print(len(passes), file=open("passes", "w"))


rule all:
    input:
        expand("{{i}}.txt", i=range({jobs})),


rule one:
    output:
        "{{i}}.txt",
    shell:
        "sleep 0.1; touch {{output}}"
"""


def passes(folder, held):
    """How often the scheduler of a run of JOBS jobs asked for another pass."""
    folder.mkdir()
    (folder / "Snakefile").write_text(textwrap.dedent(RULES.format(held=held, jobs=JOBS)))
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--scheduler", "greedy"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return int((folder / "passes").read_text())


@pytest.mark.slow
def test_passes_are_as_many_as_jobs_and_seconds_and_not_as_their_product(tmp_path):
    start = time.monotonic()
    held = passes(tmp_path / "held", True)
    seconds = time.monotonic() - start
    assert JOBS <= held <= 2 * JOBS + seconds + 5
    assert passes(tmp_path / "free", False) > 1.5 * held


def test_a_timer_is_started_only_when_none_is_at_work_and_wakes_once():
    scheduler = SimpleNamespace(_open_jobs=threading.Semaphore(0))
    for _ in range(5):
        _start_timer(scheduler, 0.05)
    assert scheduler._open_jobs.acquire(timeout=5) and not scheduler._open_jobs.acquire(timeout=0.3)
    _start_timer(scheduler, 0.01)
    assert scheduler._open_jobs.acquire(timeout=5)


def test_snakemake_itself_starts_a_timer_for_every_pass():
    scheduler = SimpleNamespace(_open_jobs=threading.Semaphore(0))
    for _ in range(5):
        JobScheduler._schedule_reevalutation(scheduler, 0.05)
    woken = [scheduler._open_jobs.acquire(timeout=1) for _ in range(5)]
    assert all(woken), "Snakemake keeps one timer: delete ffnet/workflow/scheduling.py and its call in the Snakefile"
