"""How far a job has come, told from files alone: its outputs and its log."""

import json
import os
import platform
import re
import time
from typing import NamedTuple

from ffnet.workflow.job_list import Job
from ffnet.workflow.job_log import DONE, FAILED

QUIET = 3600.0  # seconds after which a job on another machine that wrote no line counts as lost
STATES = ("done", "running", "failed", "lost", "missing")
PLACE = re.compile(r"started \S+ \S+ on (?P<host>\S+), process (?P<process>\d+)(, SLURM job (?P<allocation>\d+))?")


class JobState(NamedTuple):
    """state: one of STATES. seconds: what a finished job took, or None. last: the last lines of the log."""

    state: str
    seconds: float | None = None
    last: tuple[str, ...] = ()


def job_state(job: Job, lines: int) -> JobState:
    """The JobState of a Job. lines: how many of the log's last lines are wanted of one that failed or was lost.

    done: all outputs are there, as they are written whole or not at all; whether they are up to date only Snakemake
    says. Otherwise the log decides. failed: its last line says so. running: there is no such line, and on this machine
    the process is alive, or on another the log has grown within QUIET seconds. lost: neither, so the job was killed or
    its machine died. missing: not begun, or its log says done and an output was deleted since.
    """
    if all(os.path.exists(path) for path in job.outputs):
        return JobState("done", measured_seconds(job))
    head, tail, changed = read_ends(job.log)
    if not tail or tail[-1].startswith(DONE):
        return JobState("missing")
    if tail[-1].startswith(FAILED):
        return JobState("failed", last=tail[-lines:])
    if is_alive(head, changed):
        return JobState("running", last=tail[-1:])
    return JobState("lost", last=tail[-lines:])


def is_alive(head: str, changed: float) -> bool:
    """Whether the job whose log begins with the line `head` and grew at the time `changed` is still at work."""
    place = PLACE.match(head)
    if place and place["host"] == platform.node():
        try:
            return os.readlink(f"/proc/{place['process']}/cwd") == os.getcwd()
        except OSError:
            return False
    return time.time() - changed < QUIET


def read_ends(path: str) -> tuple[str, tuple[str, ...], float]:
    """(first line, tuple of the last lines that are not empty, time of the last change) of a log; ("", (), 0) without
    one."""
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            head = file.readline(1000)
            file.seek(max(0, status.st_size - 8000))
            tail = file.read()
    except FileNotFoundError:
        return "", (), 0.0
    lines = [line.rstrip() for line in tail.decode("utf-8", "replace").splitlines()]
    return head.decode("utf-8", "replace"), tuple(line for line in lines if line), status.st_mtime


def measured_seconds(job: Job) -> float | None:
    """Seconds that a finished Job took: of the record of a run, else of Snakemake's benchmark file; None without."""
    try:
        with open(job.timing, encoding="utf-8") as file:
            if job.rule == "train_fold":
                return json.load(file)["seconds"]["all"]
            header, *rows = [line.rstrip("\n").split("\t") for line in file]
            return float(rows[-1][header.index("s")])
    except (FileNotFoundError, ValueError, KeyError, IndexError):  # none, or one that is being written
        return None
