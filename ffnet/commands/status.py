"""status: what is done, running, failed and missing, what is left to do, and why jobs failed; from files alone."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, TypedDict

from ffnet.commands.printing import duration, number, table_lines
from ffnet.config import Config
from ffnet.workflow.job_list import Job, list_jobs
from ffnet.workflow.job_states import STATES, JobState, job_state

SHOWN = 5  # failed jobs whose logs are shown
LINES = 5  # of each


class Row(NamedTuple):
    """The jobs of one rule for one dataset and experiment. counts: state -> number. measured: whether such jobs are
    measured; the others take seconds. seconds: mean of those measured, or None. left: seconds of work that remain, or
    None where unknown."""

    stage: str
    rule: str
    dataset: str
    experiment: str
    counts: dict[str, int]
    measured: bool
    seconds: float | None
    left: float | None


class Trouble(TypedDict):
    """A job that failed or was lost; its keys are those of `troubles` in --json. last: the last lines of its log."""

    state: str
    rule: str
    log: str
    last: list[str]


def show_status(config: Config, as_json: bool) -> int:
    """Prints the state of all jobs of a Config. Returns 1 if a job failed or was lost, else 0."""
    jobs = list_jobs(config)
    states = [job_state(job, LINES) for job in jobs]
    rows, troubles = status_rows(jobs, states), find_troubles(jobs, states)
    at_once = sum(state.state == "running" for state in states)
    if as_json:
        print(json.dumps({"rows": [row._asdict() for row in rows], "at_once": at_once, "troubles": troubles}, indent=2))
    else:
        print("\n".join([*status_lines(rows, at_once), *trouble_lines(troubles)]))
    return int(bool(troubles))


def status_rows(jobs: Sequence[Job], states: Sequence[JobState]) -> list[Row]:
    """The Rows of Jobs with their JobStates, in the order of the jobs.

    A rule's seconds on one dataset stand in for those on another where nothing is measured yet.
    """
    kinds = {(job.stage, job.rule, job.dataset, job.experiment): bool(job.timing) for job in jobs}
    counts: dict[tuple[str, str, str, str], Counter[str]] = {kind: Counter() for kind in kinds}
    seconds: dict[tuple[str, str | None, str], list[float]] = {}
    for job, state in zip(jobs, states, strict=True):
        counts[job.stage, job.rule, job.dataset, job.experiment][state.state] += 1
        if state.seconds is not None:
            for place in (job.dataset, None):
                seconds.setdefault((job.rule, place, job.experiment), []).append(state.seconds)
    rows = []
    for (stage, rule, dataset, experiment), measured in kinds.items():
        took = seconds.get((rule, dataset, experiment)) or seconds.get((rule, None, experiment))
        mean = sum(took) / len(took) if took else None
        count = {state: counts[stage, rule, dataset, experiment][state] for state in STATES}
        ahead = sum(count.values()) - count["done"]
        left = 0.0 if not ahead else None if mean is None else ahead * mean
        rows.append(Row(stage, rule, dataset, experiment, count, measured, mean, left))
    return rows


def find_troubles(jobs: Sequence[Job], states: Sequence[JobState]) -> list[Trouble]:
    """A Trouble for each Job that failed or was lost."""
    return [
        {"state": state.state, "rule": job.rule, "log": job.log, "last": list(state.last)}
        for job, state in zip(jobs, states, strict=True)
        if state.state in ("failed", "lost")
    ]


def status_lines(rows: Sequence[Row], at_once: int) -> list[str]:
    """The table and what remains, as lines. Kinds of jobs of seconds, which are not measured, have no time."""
    header = ("stage", "job", "dataset", "experiment", *STATES, "seconds each", "left")
    cells = [
        (*row[:4], *(str(row.counts[state] or "") for state in STATES), number(row.seconds), duration(row.left))
        for row in rows
    ]
    left = sum(row.left or 0.0 for row in rows)
    unknown = sorted({row.experiment or row.rule for row in rows if row.left is None and row.measured})
    total, done = (sum(sum(row.counts.values()) for row in rows), sum(row.counts["done"] for row in rows))
    lines = [*table_lines(header, cells), "", f"{done} of {total} jobs are done, {at_once} run now."]
    if left:
        pace = f"; at {at_once} at a time as now {duration(left / at_once)}" if at_once else ""
        lines.append(f"Left: {duration(left)} of work of one job after the other{pace}.")
    if unknown:
        lines.append(f"Not counted, as none has finished yet: {', '.join(unknown)}.")
    return lines


def trouble_lines(troubles: Sequence[Trouble]) -> list[str]:
    """The last lines of the logs of failed and lost jobs."""
    lines: list[str] = []
    for trouble in troubles[:SHOWN]:
        words = "failed" if trouble["state"] == "failed" else "ended without a word: killed, or its machine died"
        lines += ["", f"{trouble['log']}: {words}", *(f"  {line}" for line in trouble["last"])]
    more = len(troubles) - SHOWN
    return [*lines, f"\nand {more} more"] if more > 0 else lines
