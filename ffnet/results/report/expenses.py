"""What it took: hours, memory, machines and versions."""

import operator
from collections import Counter
from collections.abc import Sequence

from ffnet.results.report.sources import Sources
from ffnet.results.run_records import Records
from ffnet.results.tables.columns import DATA, DATASET, EXPERIMENT
from ffnet.results.tables.number_text import duration
from ffnet.results.tables.table import Cell, Column, Row, View, named, rows_of

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


def total_times(sources: Sources) -> tuple[str, str]:
    """(all runs one after another, all jobs of the stages one after another) as text; "" where nothing was measured."""
    runs = sum(record["seconds"]["all"] for record in sources.records.values())
    return duration(runs), duration(sources.jobs["seconds"].sum())


def stage_view(sources: Sources) -> View:
    """The View of the stages before training; a stage whose benchmarks are gone has no row."""
    jobs = sources.jobs.groupby(["dataset", "stage"], sort=False)
    sums = jobs[["seconds", "processor"]].sum(min_count=1)
    largest = jobs[["seconds", "memory"]].max().add_prefix("most_")
    frame = sums.join(largest).assign(jobs=jobs.size()).reset_index()
    frame["data"] = [sources.datasets[name].kind for name in frame["dataset"]]
    columns = (
        *(DATASET, DATA, *named("stage", left=True), *named("jobs")),
        *(_time("seconds", "time"), _time("processor", "processor time"), _time("most_seconds", "longest job")),
        Column("most_memory", "", ".0f", "most memory, MB"),
    )
    notes = ("From Snakemake's benchmarks in logs/benchmarks, all jobs added up; they run side by side.",)
    return View("Preprocessing", columns, rows_of(frame), notes)


def training_view(sources: Sources) -> View:
    """The View of all experiments: how long their runs took."""
    rows = []
    for (dataset, experiment), record in sources.records.items():
        seconds, runs, made_with = record["seconds"], record["runs"], record["made_with"]
        row = {"dataset": dataset, "data": sources.datasets[dataset].kind, "experiment": experiment, "runs": runs}
        row |= {"all": seconds["all"], "mean": seconds["all"] / runs, "longest": seconds["longest"]}
        rows.append(row | {name: ", ".join(made_with[name]) for name in ("parameters", "multiply_adds", "device")})
    columns = (
        *(DATASET, DATA, EXPERIMENT, *named("runs"), _time("all", "time of all"), _time("mean", "mean of a run")),
        *(_time("longest", "longest run"), *named("parameters"), Column("multiply_adds", heading="multiply-adds")),
        *named("device", left=True),
    )
    return View("Training and testing, one run at a time on its cores", columns, rows)


def with_times(view: View, records: Records) -> View:
    """The View of the paper's Table 1 or 2, ours with the mean time of a run, which no table in a file has: it is not
    the same when they are made again. records: of the runs behind ours."""

    def cell(row: Row) -> str:
        record = records.get((row["our_dataset"], row["experiment"]))
        return duration(record["seconds"]["all"] / record["runs"]) if record else ""

    *columns, part = view.columns
    return view._replace(columns=[*columns, Column("time", heading="time of a run", cell=cell, ours=True), part])


def _time(name: str, heading: str) -> Column:
    return Column(name, heading=heading, cell=lambda row: duration(row[name]))


def version_view(records: Records) -> View:
    """The View of what the runs were made with; more than one value of a thing, each with its number of runs."""
    rows: list[Row] = []
    for name, what in MADE_WITH.items():
        counts: Counter[str] = Counter()
        for record in records.values():
            counts.update(record["made_with"][name])
        if counts:
            texts = [f"{value} ({runs} runs)" if len(counts) > 1 else value for value, runs in sorted(counts.items())]
            rows.append({"what": what, "value": Cell(", ".join(texts))})
    seen: dict[tuple[str, str], list[str]] = {}
    for (dataset, experiment), record in records.items():
        seen.setdefault((dataset, record["data"]), []).append(experiment)
    for (dataset, data), names in seen.items():
        rows.append({"what": f"data of {dataset}, SHA-256", "value": Cell(data, _whose(names, dataset, records))})
    columns = (*named("what", left=True), *named("value", left=True, cell=operator.itemgetter("value")))
    return View("What the runs were made with, as their records say", columns, rows)


def _whose(names: Sequence[str], dataset: str, records: Records) -> str:
    every = len(names) == sum(of == dataset for of, _ in records)
    return "all experiments" if every else ", ".join(names)
