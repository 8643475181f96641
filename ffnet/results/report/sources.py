"""All that the report shows, read from a results folder and the logs beside it."""

import csv
import json
import pathlib
from typing import NamedTuple

from ffnet.errors import InputError
from ffnet.quarantine import read_quarantine

TABLES = ("accuracy", "intervals", "classes", "confusion", "subjects", "comparisons", "leakage")
PAPER_TABLES = tuple(f"table{number}" for number in range(1, 6))
STAGES = ("load_scans", "project_maps", "compute_normals", "make_masks", "write_shards")


class Benchmark(NamedTuple):
    """One job of a stage: seconds by the clock and of the processor, memory at its peak in MB; NaN where not told."""

    seconds: float
    processor: float
    memory: float


class Sources(NamedTuple):
    """tables: name -> list of dicts, text as in the CSV. taken: dataset -> how many scans. quarantine: dataset ->
    Rejected rows. records: (dataset, experiment) -> what gather_records made. jobs: (dataset, stage) -> Benchmarks.
    pictures: (dataset, "maps" or "contact_sheet") -> path."""

    tables: dict
    taken: dict
    quarantine: dict
    records: dict
    jobs: dict
    pictures: dict


def read_sources(results, logs, datasets, experiments):
    """The Sources of a results folder. logs: the folder of the jobs' logs. datasets, experiments: names of those run.

    Times of the stages are known as far as logs/benchmarks is there. Raises InputError that names a file that is not
    whole.
    """
    results, benchmarks = pathlib.Path(results), pathlib.Path(logs) / "benchmarks"
    return Sources(
        {name: _rows(results / "tables" / f"{name}.csv") for name in (*TABLES, *PAPER_TABLES)},
        {name: len(_rows(results / name / "quality.csv")) for name in datasets},
        {name: read_quarantine(results / name / "quarantine.csv") for name in datasets},
        {
            (name, experiment): _record(results / name / "records" / f"{experiment}.json")
            for name in datasets
            for experiment in experiments
        },
        {(name, stage): read_benchmarks(benchmarks / name / stage) for name in datasets for stage in STAGES},
        {
            (name, kind): results / "figures" / f"{name}_{kind}.png"
            for name in datasets
            for kind in ("maps", "contact_sheet")
        },
    )


def read_benchmarks(folder):
    """The Benchmarks of the .tsv files that Snakemake wrote in a folder; [] where there is none."""
    jobs = []
    for path in sorted(folder.glob("*.tsv")):
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                jobs.append(Benchmark(*(_value(row.get(name)) for name in ("s", "cpu_time", "max_rss"))))
    return jobs


def _value(text):
    try:
        return float(text)
    except (TypeError, ValueError):  # "NA" and "-" of a job too short to be measured
        return float("nan")


def _rows(path):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path}: the report needs this table, and it cannot be read ({error})") from error


def _record(path):
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not whole ({error}); delete it and run again") from error
