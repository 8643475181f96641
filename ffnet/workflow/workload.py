"""Estimates the work that the settings ask for: jobs, seconds and bytes by kind of job, from finished jobs."""

import csv
import os
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ffnet.config import Config
from ffnet.training.recipe import recipe_values
from ffnet.training.record import read_record
from ffnet.workflow import files
from ffnet.workflow.job_list import Job, list_jobs
from ffnet.workflow.job_states import measured_seconds
from ffnet.workflow.planning import experiment_recipe

SAMPLE = 20  # finished jobs of a kind that are measured


class Work(NamedTuple):
    """All jobs of one rule, or all that train one experiment on one dataset.

    runs: how many the jobs train together. seconds: sum over all jobs, None if unknown. source: "measured", "given" or
    "". gpu: whether each job uses a GPU. size: bytes of all outputs, None if unknown. measurable: False for jobs that
    take only seconds.
    """

    rule: str
    dataset: str
    experiment: str
    jobs: int
    runs: int
    seconds: float | None
    source: str
    gpu: bool
    size: float | None
    measurable: bool


def list_works(config: Config, given: dict[str, float], gpu: bool, chosen: Sequence[Job] | None = None) -> list[Work]:
    """The Works of a Config in the order of the data. Raises InputError as list_jobs does.

    given: experiment -> seconds of one run. gpu: whether networks are trained on GPUs. chosen: the jobs whose Works
    these are; None: those of list_jobs.
    """
    plain = list_jobs(config)
    kinds: dict[tuple[str, str, str], list[Job]] = {}
    for job in plain if chosen is None else chosen:
        trains = job.runs > 0
        kinds.setdefault((job.rule, job.dataset * trains, job.experiment * trains), []).append(job)
    made = {name: count_made(files.MANIFEST.format(dataset=name)) for name in config.datasets}
    works = []
    runs_of: dict[tuple[str, str], list[Job]] = {}
    for job in plain:
        if job.has_records:
            runs_of.setdefault((job.dataset, job.experiment), []).append(job)
    for (rule, dataset, experiment), jobs in kinds.items():
        on_gpu = gpu and bool(experiment) and not config.experiments[experiment].is_ridge
        wanted = recipe_values(experiment_recipe(config, dataset, experiment)) if experiment else None
        samples = timed = take_samples(jobs, made, wanted, on_gpu)
        if experiment and not jobs[0].has_records:  # a whole collection takes as long as runs do, scan for scan
            timed = take_samples(runs_of.get((dataset, experiment), ()), made, wanted, on_gpu)
        seconds, size = extrapolate(jobs, timed, 0), extrapolate(jobs, samples, 1)
        source, runs = "measured" if seconds else "", sum(job.runs for job in jobs)
        if experiment in given:
            seconds, source = given[experiment] * runs, "given"
        measurable = bool(jobs[0].timings)
        works.append(Work(rule, dataset, experiment, len(jobs), runs, seconds, source, on_gpu, size, measurable))
    return works


def count_made(manifest: str) -> Counter[str]:
    """Shard -> its number of scans when manifest.csv was written; empty if there is no such file."""
    try:
        with open(manifest, encoding="utf-8", newline="") as file:
            return Counter(row["shard"] for row in csv.DictReader(file))
    except FileNotFoundError:
        return Counter()


def take_samples(
    jobs: Sequence[Job], made: dict[str, Counter[str]], wanted: dict | None, gpu: bool
) -> list[tuple[float | None, int, int]]:
    """(seconds or None, bytes, scans) of up to SAMPLE finished jobs of one kind.

    made: dataset -> count_made. wanted: the settings that runs must have had; None if the jobs are not runs. gpu:
    whether runs on a GPU count, or those on cores.
    """
    samples: list[tuple[float | None, int, int]] = []
    for job in jobs:
        if len(samples) == SAMPLE or not all(os.path.exists(path) for path in job.outputs):
            continue
        scans = made[job.dataset][job.shard] if job.shard else 1
        if wanted is not None and not job.has_records:
            samples.append((None, sum(map(os.path.getsize, job.outputs)), round(job.scans)))
            continue
        if wanted is not None:
            records = [read_record(path) for path in job.timings]
            if any(one.settings != wanted or ((one.device or "cpu") != "cpu") != gpu for one in records):
                continue
            scans = sum(one.scans["training"] for one in records)
        if scans:
            samples.append((measured_seconds(job), sum(map(os.path.getsize, job.outputs)), scans))
    return samples


def extrapolate(jobs: Sequence[Job], samples: Sequence[tuple[float | None, int, int]], column: int) -> float | None:
    """The total over all jobs, in proportion to their scans, of one column of the samples; None if nothing is known."""
    amounts = [(sample[column], sample[2]) for sample in samples]
    known = [(amount, scans) for amount, scans in amounts if amount is not None]
    if not known:
        return None
    return sum(amount for amount, _ in known) / sum(scans for _, scans in known) * sum(job.scans for job in jobs)
