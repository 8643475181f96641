"""The state of a job, from its outputs and its log alone."""

import os
import platform
import re
import time
from typing import NamedTuple

from ffnet.errors import InputError
from ffnet.training.record import read_record
from ffnet.workflow.job_list import Job
from ffnet.workflow.job_log import DONE, FAILED

QUIET = 3600.0  # seconds without a new line after which a job on another machine counts as lost
STATES = ("done", "running", "failed", "lost", "missing")
PLACE = re.compile(r"started \S+ \S+ on (?P<host>\S+), process (?P<process>\d+)(, SLURM job (?P<allocation>\d+))?")


class JobState(NamedTuple):
    """state: one of STATES. seconds: the time of a finished job, or None. last: the last lines of the log. finished:
    share of the outputs that exist."""

    state: str
    seconds: float | None = None
    last: tuple[str, ...] = ()
    finished: float = 0.0


def job_state(job: Job, lines: int) -> JobState:
    """The JobState of a Job. lines: how many of the log's last lines to give for a job that failed or was lost.

    done: all outputs exist; they are written whole or not at all. Only Snakemake knows whether they are up to date.
    Without all outputs the log decides. failed: its last line says so. running: it has no such line, and its process is
    alive (on this machine) or the log has grown within QUIET seconds (on another). lost: neither, so the job was killed
    or its machine went down. missing: not started, or done, with an output deleted since.
    """
    there = sum(os.path.exists(path) for path in job.outputs)
    if there == len(job.outputs):
        return JobState("done", measured_seconds(job), finished=1.0)
    return unfinished_state(job, lines)._replace(finished=there / len(job.outputs))


def unfinished_state(job: Job, lines: int) -> JobState:
    """The JobState of a Job some of whose outputs do not exist, from its log."""
    head, tail, changed = read_ends(job.log)
    if not tail or tail[-1].startswith(DONE):
        return JobState("missing")
    if tail[-1].startswith(FAILED):
        return JobState("failed", last=tail[-lines:])
    if is_alive(head, changed):
        return JobState("running", last=tail[-1:])
    return JobState("lost", last=tail[-lines:])


def is_alive(head: str, changed: float) -> bool:
    """Whether a job still runs. head: the first line of its log. changed: the time at which the log last grew."""
    place = PLACE.match(head)
    if place and place["host"] == platform.node():
        try:
            return os.readlink(f"/proc/{place['process']}/cwd") == os.getcwd()
        except OSError:
            return False
    return time.time() - changed < QUIET


def read_ends(path: str) -> tuple[str, tuple[str, ...], float]:
    """A log's first line, its last non-empty lines and the time of its last change; ("", (), 0) if there is no log."""
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
    """Seconds that a finished Job took, from the records of its runs or Snakemake's benchmark; None without these."""
    try:
        if job.has_records:
            return sum(read_record(path).seconds["all"] for path in job.timings)
        with open(job.timings[0], encoding="utf-8") as file:
            header, *rows = [line.rstrip("\n").split("\t") for line in file]
            return float(rows[-1][header.index("s")])
    except (InputError, FileNotFoundError, ValueError, IndexError):  # no file, or one that is being written
        return None
