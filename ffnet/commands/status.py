"""status: jobs done, running, failed and missing, the work that remains, and why jobs failed; from files alone."""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypedDict

from ffnet.commands.printing import three_figures
from ffnet.config import Config
from ffnet.errors import InputError
from ffnet.results.tables.formatters import terminal_lines
from ffnet.results.tables.number_text import duration
from ffnet.results.tables.table import Column, Row, View, named
from ffnet.workflow.job_list import Job, list_jobs
from ffnet.workflow.job_states import STATES, JobState, job_state
from ffnet.workflow.target_jobs import TARGETS, is_begun, target_jobs

SHOWN = 5  # failed jobs whose logs are shown
LINES = 5  # shown of each log


class JobGroup(NamedTuple):
    """The jobs of one rule for one dataset and experiment.

    counts: state -> number of jobs. measured: whether the time of such jobs is recorded; the others take only seconds.
    seconds: mean over the recorded ones, or None. left: seconds of work that remain, or None if unknown.
    """

    stage: str
    rule: str
    dataset: str
    experiment: str
    counts: dict[str, int]
    measured: bool
    seconds: float | None
    left: float | None


class Failure(TypedDict):
    """A job that failed or was lost; its keys are those of `failures` in --json. last: the last lines of its log."""

    state: str
    rule: str
    log: str
    last: list[str]


def show_status(config: Config, as_json: bool) -> int:
    """Prints the state of all jobs of a Config. Returns 1 if any job failed or was lost, else 0."""
    plain = list_jobs(config)
    jobs = [*plain, *begun_targets(config, plain)]
    states = [job_state(job, LINES) for job in jobs]
    rows, failures = status_rows(jobs, states), find_failures(jobs, states)
    running = sum(state.state == "running" for state in states)
    if as_json:
        print(json.dumps({"rows": [row._asdict() for row in rows], "running": running, "failures": failures}, indent=2))
    else:
        print("\n".join([*status_lines(rows, running), *failure_lines(failures)]))
    return int(bool(failures))


def begun_targets(config: Config, plain: Sequence[Job]) -> list[Job]:
    """The jobs of targets beside the plain run that were begun here, each once: every final model for itself, and with
    any other job of a target all of them. plain: the jobs of the plain run."""
    known = {job.outputs for job in plain}
    found: dict[tuple[str, tuple[str, ...]], Job] = {}
    for target in TARGETS:
        with contextlib.suppress(InputError):  # settings that do not fit matter only to those who ask for the target
            jobs = [job for job in target_jobs(config, target) if job.outputs not in known]
            is_whole = any(is_begun(job) for job in jobs if job.rule != "train_final")
            found |= {(job.rule, job.outputs): job for job in jobs if is_whole or is_begun(job)}
    return list(found.values())


def status_rows(jobs: Sequence[Job], states: Sequence[JobState]) -> list[JobGroup]:
    """The JobGroups of jobs and their states, in the order of the jobs.

    Where nothing is measured on a dataset yet, a rule's seconds are those on the other datasets.
    """
    kinds = {(job.stage, job.rule, job.dataset, job.experiment): bool(job.timings) for job in jobs}
    counts: dict[tuple[str, str, str, str], Counter[str]] = {kind: Counter() for kind in kinds}
    finished: dict[tuple[str, str, str, str], float] = dict.fromkeys(kinds, 0.0)
    seconds: dict[tuple[str, str | None, str], list[float]] = {}
    for job, state in zip(jobs, states, strict=True):
        counts[job.stage, job.rule, job.dataset, job.experiment][state.state] += 1
        finished[job.stage, job.rule, job.dataset, job.experiment] += state.finished
        if state.seconds is not None:
            for dataset in (job.dataset, None):  # None: over all datasets
                seconds.setdefault((job.rule, dataset, job.experiment), []).append(state.seconds)
    rows = []
    for (stage, rule, dataset, experiment), measured in kinds.items():
        took = seconds.get((rule, dataset, experiment)) or seconds.get((rule, None, experiment))
        mean = sum(took) / len(took) if took else None
        count = {state: counts[stage, rule, dataset, experiment][state] for state in STATES}
        ahead = sum(count.values()) - finished[stage, rule, dataset, experiment]
        left = 0.0 if not ahead else None if mean is None else ahead * mean
        rows.append(JobGroup(stage, rule, dataset, experiment, count, measured, mean, left))
    return rows


def find_failures(jobs: Sequence[Job], states: Sequence[JobState]) -> list[Failure]:
    """A Failure for each job that failed or was lost."""
    return [
        {"state": state.state, "rule": job.rule, "log": job.log, "last": list(state.last)}
        for job, state in zip(jobs, states, strict=True)
        if state.state in ("failed", "lost")
    ]


def status_view(rows: Sequence[JobGroup]) -> View:
    """The View of JobGroups. Jobs that are not measured have no time."""
    columns = (
        *(*named("stage", left=True), Column("rule", heading="job", left=True)),
        *named("dataset", "experiment", left=True),
        *(Column(state, heading=state, cell=_count(state)) for state in STATES),
        Column("seconds", heading="seconds each", cell=lambda row: three_figures(row["seconds"])),
        *named("left", cell=lambda row: duration(row["left"])),
    )
    return View("Jobs", columns, [row._asdict() for row in rows])


def _count(state: str) -> Callable[[Row], str]:
    return lambda row: str(row["counts"][state] or "")


def status_lines(rows: Sequence[JobGroup], running: int) -> list[str]:
    """The table and the work that remains, as lines."""
    left = sum(row.left or 0.0 for row in rows)
    unknown = sorted({row.experiment or row.rule for row in rows if row.left is None and row.measured})
    total, done = (sum(sum(row.counts.values()) for row in rows), sum(row.counts["done"] for row in rows))
    lines = [*terminal_lines(status_view(rows)), "", f"{done} of {total} jobs are done, {running} are running."]
    if left:
        pace = f", or {duration(left / running)} with {running} at a time, as now" if running else ""
        lines.append(f"Left: {duration(left)} with one job at a time{pace}.")
    if unknown:
        lines.append(f"Not counted, because none has finished yet: {', '.join(unknown)}.")
    return lines


def failure_lines(failures: Sequence[Failure]) -> list[str]:
    """The last lines of the logs of failed and lost jobs."""
    lines: list[str] = []
    for failure in failures[:SHOWN]:
        reason = (
            "failed" if failure["state"] == "failed" else "died without a final line: killed, or its node went down"
        )
        lines += ["", f"{failure['log']}: {reason}", *(f"  {line}" for line in failure["last"])]
    more = len(failures) - SHOWN
    return [*lines, f"\nand {more} more"] if more > 0 else lines
