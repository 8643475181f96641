"""plan: estimates jobs, core and GPU hours and disk space, on this machine, on N GPUs and on a cluster."""

import fnmatch
import math
import os
from collections.abc import Collection, Sequence

import yaml

from ffnet.commands.findings import some
from ffnet.commands.printing import three_figures
from ffnet.config import Config
from ffnet.errors import InputError
from ffnet.results.tables.formatters import terminal_lines
from ffnet.results.tables.number_text import duration
from ffnet.results.tables.table import Column, View, named
from ffnet.workflow.provenance import ROOT
from ffnet.workflow.target_jobs import TARGETS, target_jobs
from ffnet.workflow.workload import Work, list_works

PROFILE = ROOT / "profiles" / "slurm" / "config.yaml"
GIB = 2**30


def show_plan(config: Config, given: Sequence[str], gpus: int, cores: int | None, overrides: str | None = None) -> int:
    """Prints the plan of a Config. Returns 1 if some times are unknown, else 0. Raises InputError.

    given: texts EXPERIMENT=SECONDS. gpus, cores: how many are used at a time; cores None for all of this machine.
    overrides: the file for snakemake's --configfile, or None.
    """
    cores = cores or len(os.sched_getaffinity(0))
    if gpus < 0 or cores < 1:
        raise InputError(f"--gpus {gpus} --cores {cores}: expected 0 or more GPUs and 1 or more cores")
    seconds = parse_seconds(given, config.experiments)
    works = list_works(config, seconds, gpus > 0)
    unknown = [work for work in works if work.seconds is None and (work.measurable or work.experiment)]
    tables = [*terminal_lines(work_view(works)), "", *total_lines(works, unknown)]
    lines = [*tables, *time_lines(works, unknown, gpus, cores, config)]
    lines += [target_line(config, target, seconds, gpus > 0) for target in TARGETS]
    print("\n".join([*lines, *advice_lines(unknown, gpus, overrides)]))
    return int(bool(unknown))


def parse_seconds(given: Sequence[str], experiments: Collection[str]) -> dict[str, float]:
    """Experiment -> seconds of one run, from texts EXPERIMENT=SECONDS; a later text overrides an earlier one.

    Raises InputError for any other text and for a pattern that matches no experiment.
    """
    seconds: dict[str, float] = {}
    for text in given:
        pattern, _, value = text.partition("=")
        try:
            each = float(value)
        except ValueError:
            each = math.nan
        if not 0 < each < math.inf:
            raise InputError(f"--seconds {text}: expected EXPERIMENT=SECONDS, such as FFNet-M=600 or 'F3DNet*=300'")
        names = fnmatch.filter(experiments, pattern)
        if not names:
            raise InputError(f"--seconds {text}: no experiment has this name; they are {', '.join(experiments)}")
        seconds |= dict.fromkeys(names, each)
    return seconds


def work_view(works: Sequence[Work]) -> View:
    """The View of Works."""
    columns = (
        *(Column("rule", heading="job", left=True), *named("dataset", "experiment", left=True), *named("jobs")),
        *named("seconds each", cell=lambda row: three_figures(row["seconds"] and row["seconds"] / row["jobs"])),
        *named("source", left=True),
        Column("seconds", heading="in total", cell=lambda row: duration(row["seconds"])),
        *named("disk", cell=lambda row: "" if row["size"] is None else f"{row['size'] / GIB:.3f} GiB"),
    )
    return View("Work", columns, [work._asdict() for work in works])


def total_lines(works: Sequence[Work], unknown: Sequence[Work]) -> list[str]:
    """Jobs, hours and disk space of all Works."""
    runs, jobs = sum(work.runs for work in works), sum(work.jobs for work in works)
    training = sum(work.jobs for work in works if work.runs)
    least = "at least " if unknown else ""
    on_cores, on_gpus = (sum(work.seconds or 0 for work in works if work.gpu == gpu) / 3600 for gpu in (False, True))
    unsized = sorted({work.rule for work in works if work.size is None})
    disk = sum(work.size or 0 for work in works) / GIB
    return [
        f"{jobs} jobs; {training} of them train {runs} runs.",
        f"Hours: {least}{on_cores:.1f} on cores, {least if on_gpus else ''}{on_gpus:.1f} on GPUs.",
        f"Disk: {disk:.2f} GiB" + (f", without {some(unsized)}: none has finished yet." if unsized else "."),
    ]


def time_lines(works: Sequence[Work], unknown: Sequence[Work], gpus: int, cores: int, config: Config) -> list[str]:
    """How long everything takes on this machine, and on a cluster with the allocations of profiles/slurm."""
    least = "at least " if unknown else ""
    on_cores = [work for work in works if work.runs and not work.gpu]
    share = sum(work.seconds or 0 for work in on_cores) / max(1, cores // config.execution.threads)
    longest = max((work.seconds / work.jobs for work in on_cores if work.seconds), default=0)
    others = sum(work.seconds or 0 for work in works if not work.runs) / cores
    on_gpus = sum(work.seconds or 0 for work in works if work.gpu) / max(gpus, 1)
    machine = f"{cores} cores" + (f" and {gpus} GPUs" if gpus else "")
    whole = duration(others + max(share, longest) + on_gpus) or "seconds"
    lines = [f"On one machine with {machine}: {least}{whole}."]
    if longest > share and config.execution.job == "repeat":
        lines.append(
            f"The longest training job takes {duration(longest)}; execution.job: fold gives its runs more cores."
        )
    profile = yaml.safe_load(PROFILE.read_text(encoding="utf-8"))
    trained = [work for work in works if work.runs]
    together = max((jobs_per_allocation(profile, work.rule) for work in trained), default=1)
    runs_each = max((together * work.runs // work.jobs for work in trained), default=0)
    allocations = sum(math.ceil(work.jobs / together) for work in trained)
    shards = sum(work.jobs for work in works if work.rule == "load_scans")
    at_once = profile["jobs"]
    length = max((work.seconds / work.jobs * min(work.jobs, together) for work in trained if work.seconds), default=0)
    total = sum(work.seconds or 0 for work in trained) / at_once
    return [
        *lines,
        f"On a cluster: {shards} allocations for shards, then {allocations} of {runs_each} runs each, the longest of "
        f"{least}{duration(length) or 'seconds'};",
        f"with {at_once} allocations at a time the runs take {least}{duration(max(total, length)) or 'seconds'}, plus "
        "the time in the queue.",
    ]


def target_line(config: Config, target: str, given: dict[str, float], gpu: bool) -> str:
    """What a target beside the plain run takes after it. given, gpu: as in list_works."""
    try:
        works = list_works(config, given, gpu, target_jobs(config, target))
    except InputError as error:
        return f"snakemake {target} would stop: {error}"
    known = duration(sum(work.seconds or 0 for work in works))
    unknown = sorted({work.experiment or work.rule for work in works if work.seconds is None and work.measurable})
    jobs = sum(work.jobs for work in works)
    line = f"snakemake {target}: {jobs} more {'job' if jobs == 1 else 'jobs'}"
    if not unknown:
        return f"{line}, {known or 'seconds'} with one at a time."
    least = f"at least {known} with one at a time; " if known else ""
    return f"{line}, {least}unknown: {some(unknown)}."


def jobs_per_allocation(profile: dict, rule: str) -> int:
    """How many jobs of a rule share an allocation of a profile."""
    groups = dict(entry.split("=") for entry in profile["groups"])
    components = dict(entry.split("=") for entry in profile["group-components"])
    return int(components.get(groups.get(rule), 1))


def advice_lines(unknown: Sequence[Work], gpus: int, overrides: str | None) -> list[str]:
    """What to do about Works whose time is unknown. overrides: as in show_plan."""
    if not unknown:
        return []
    snakemake = "snakemake --cores all" + (f" --configfile {overrides} --" if overrides else "")
    runs = sorted({work.experiment for work in unknown if work.experiment})
    rules = sorted({work.rule for work in unknown if not work.experiment})
    lines = ["", "Unknown, because no such job has finished here with these settings:"]
    if rules:
        lines += [
            f"  {', '.join(rules)}",
            f"  -> make one shard: {snakemake} results/DATASET/shards/shard-00.h5",
        ]
    if runs:
        where = "a machine with a GPU" if gpus else "this machine"
        lines += [
            f"  runs of {', '.join(runs)}" + (" on a GPU" if gpus else " on cores"),
            f"  -> make one run on {where}: {snakemake} results/DATASET/runs/EXPERIMENT/0/0.csv",
            "  -> or give your own estimate: --seconds EXPERIMENT=S",
        ]
    return lines
