"""What it took: hours, memory, machines and versions; and what the networks learned on the way."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from ffnet.results.report.grid import Cell, Column, Grid, Group, cells, group_title
from ffnet.results.report.plots import Curve, curve, loss_top
from ffnet.results.report.sources import Sources
from ffnet.results.tested_experiments import DatasetInfo

MADE_WITH = {
    "python": "Python",
    "numpy": "NumPy",
    "torch": "PyTorch",
    "device": "device",
    "threads": "threads of a run",
    "computed_in": "computed in",
    "code": "code and pinned packages, hash",
    "pretrained_sha256": "pretrained weights, SHA-256",
}


class Lesson(NamedTuple):
    """The learning curves of one experiment; epochs: how many; runs: that the mean goes over."""

    experiment: str
    runs: int
    epochs: int
    loss: Curve | None
    accuracy: Curve | None


def lessons(sources: Sources, collections: dict[str, DatasetInfo]) -> dict[str, list[Lesson]]:
    """dataset -> Lessons of all experiments that were trained in epochs; losses on one scale."""
    top = loss_top(sources.records.values())
    found = {}
    for dataset in collections:
        here = [
            Lesson(name, told["runs"], len(told["epochs"]), *(curve(told["epochs"], *of) for of in _panels(top)))
            for (place, name), told in sources.records.items()
            if place == dataset and told["epochs"]
        ]
        if here:
            found[dataset] = here
    return found


def _panels(top: float) -> tuple[tuple[str, float], ...]:
    return ("loss", top), ("accuracy", 1.0)


def sums(sources: Sources) -> tuple[str, ...]:
    """(all runs one after another, all jobs of the stages one after another) as text; "" where nothing was measured."""
    runs = sum(told["seconds"]["all"] for told in sources.records.values())
    jobs = sum(job.seconds for jobs in sources.jobs.values() for job in jobs if not math.isnan(job.seconds))
    return tuple(duration(seconds) if seconds else "" for seconds in (runs, jobs))


def stage_grid(sources: Sources, collections: dict[str, DatasetInfo]) -> Grid:
    """The Grid of the stages before training; a stage whose logs are gone stays empty."""
    columns = [Column("stage", left=True), Column("jobs"), Column("time"), Column("processor time")]
    columns += [Column("longest job"), Column("most memory, MB")]
    groups = []
    for dataset, collection in collections.items():
        lines = []
        for (place, stage), jobs in sources.jobs.items():
            if place == dataset:
                sums = [sum(getattr(job, name) for job in jobs) for name in ("seconds", "processor")]
                longest, memory = (_most(getattr(job, name) for job in jobs) for name in ("seconds", "memory"))
                texts = (*map(duration, sums), duration(longest), "" if math.isnan(memory) else f"{memory:.0f}")
                lines.append(cells(stage, *((str(len(jobs)), *texts) if jobs else [""] * 5)))
        groups.append(Group(group_title(dataset, collection), collection.kind, lines))
    notes = ("From Snakemake's benchmarks in logs/benchmarks, all jobs together; they go side by side.",)
    return Grid("Preprocessing.", columns, groups, notes)


def training_grid(sources: Sources, collections: dict[str, DatasetInfo]) -> Grid:
    """The Grid of all experiments: how long their runs took."""
    columns = [Column("experiment", left=True), Column("runs"), Column("time of all"), Column("mean of a run")]
    columns += [Column("longest run"), Column("parameters"), Column("device", left=True)]
    groups = []
    for dataset, collection in collections.items():
        lines = []
        for (place, name), told in sources.records.items():
            if place == dataset:
                every, made = told["seconds"]["all"], told["made_with"]
                times = duration(every), duration(every / told["runs"]), duration(told["seconds"]["longest"])
                lines.append(
                    cells(name, str(told["runs"]), *times, _listed(made["parameters"]), _listed(made["device"]))
                )
        groups.append(Group(group_title(dataset, collection), collection.kind, lines))
    return Grid("Training and testing, one run at a time on its cores.", columns, groups)


def version_grid(sources: Sources) -> Grid:
    """The Grid of what the runs were made with; more than one value of a thing, each with its number of runs."""
    lines = []
    for name, title in MADE_WITH.items():
        counts: dict[str, int] = {}
        for told in sources.records.values():
            for value, runs in told["made_with"][name].items():
                counts[value] = counts.get(value, 0) + runs
        if counts:
            several = len(counts) > 1
            texts = [f"{value} ({runs} runs)" if several else value for value, runs in sorted(counts.items())]
            lines.append(cells(title, ", ".join(texts)))
    seen: dict[tuple[str, str], list[str]] = {}
    for (dataset, name), told in sources.records.items():
        seen.setdefault((dataset, told["data"]), []).append(name)
    for (dataset, data), names in seen.items():
        every = len(names) == sum(place == dataset for place, _ in sources.records)
        whose = "all experiments" if every else ", ".join(names)
        lines.append([Cell(f"data of {dataset}, SHA-256"), Cell(data, sub=whose)])
    columns = [Column("what", left=True), Column("value", left=True)]
    return Grid("What the runs were made with, as their records say.", columns, [Group("", "", lines)])


def duration(seconds: float) -> str:
    """Seconds for people: 0.4 s, 12 s, 3 min 05 s, 2 h 10 min; "" for NaN."""
    if math.isnan(seconds):
        return ""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _most(values: Iterable[float]) -> float:
    return max((value for value in values if not math.isnan(value)), default=math.nan)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(counts)
