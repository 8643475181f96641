"""All that the report shows, read from a results folder and the logs beside it."""

import csv
import json
import os
import pathlib
from collections.abc import Collection, Iterable
from typing import NamedTuple

from ffnet.errors import InputError
from ffnet.quarantine import Rejected, read_quarantine

TABLES = ("accuracy", "intervals", "classes", "confusion", "subjects", "comparisons")
PAPER_TABLES = tuple(f"table{number}" for number in range(1, 6))
STAGES = ("load_scans", "project_maps", "compute_normals", "make_masks", "write_shards")


class Benchmark(NamedTuple):
    """One job of a stage: seconds by the clock and of the processor, memory at its peak in MB; NaN where not told."""

    seconds: float
    processor: float
    memory: float


class Sources(NamedTuple):
    """so_far: whether runs may be missing. tables: name -> rows, text as in the CSV; no row where there is no audit
    yet, or no run that may be missing. taken: dataset -> how many scans. quarantine: of each dataset. records:
    (dataset, experiment) -> what gather_records made. jobs: of (dataset, stage). pictures: (dataset, "maps" or
    "contact_sheet") -> path, of those that are there."""

    so_far: bool
    tables: dict[str, list[dict[str, str]]]
    taken: dict[str, int]
    quarantine: dict[str, list[Rejected]]
    records: dict[tuple[str, str], dict]
    jobs: dict[tuple[str, str], list[Benchmark]]
    pictures: dict[tuple[str, str], pathlib.Path]


def read_sources(
    results: str | os.PathLike,
    logs: str | os.PathLike,
    datasets: Collection[str],
    records: dict[tuple[str, str], dict],
    so_far: bool = False,
) -> Sources:
    """The Sources of a results folder. logs: the folder of the jobs' logs. datasets: names. records: as in Sources.
    so_far: whether the tables are those of tables_so_far.

    Times of the stages are known as far as logs/benchmarks is there. Raises InputError that names a file that is not
    whole.
    """
    results, benchmarks = pathlib.Path(results), pathlib.Path(logs) / "benchmarks"
    folder, last = ("tables_so_far", "missing") if so_far else ("tables", "leakage")
    tables = {name: _rows(results / folder / f"{name}.csv") for name in (*TABLES, *PAPER_TABLES, last)}
    pictures = {
        (name, kind): results / "figures" / f"{name}_{kind}.png"
        for name in datasets
        for kind in ("maps", "contact_sheet")
    }
    return Sources(
        so_far,
        {"missing": [], "leakage": []} | tables,
        {name: len(_rows(results / name / "manifest.csv")) for name in datasets},
        {name: read_quarantine(results / name / "quarantine.csv") for name in datasets},
        records,
        {(name, stage): read_benchmarks(benchmarks / name / stage) for name in datasets for stage in STAGES},
        {key: path for key, path in pictures.items() if path.is_file()},
    )


def gathered_records(
    results: str | os.PathLike, datasets: Iterable[str], experiments: Collection[str]
) -> dict[tuple[str, str], dict]:
    """(dataset, experiment) -> what gather_records made. Raises InputError that names a file that is not whole."""
    places = [(dataset, experiment) for dataset in datasets for experiment in experiments]
    return {key: _record(pathlib.Path(results, key[0], "records", f"{key[1]}.json")) for key in places}


def read_benchmarks(folder: pathlib.Path) -> list[Benchmark]:
    """The Benchmarks of the .tsv files that Snakemake wrote in a folder; [] where there is none."""
    jobs = []
    for path in sorted(folder.glob("*.tsv")):
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                jobs.append(Benchmark(*(_value(row.get(name)) for name in ("s", "cpu_time", "max_rss"))))
    return jobs


def _value(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:  # "NA" and "-" of a job too short to be measured
        return float("nan")


def _rows(path: pathlib.Path) -> list[dict[str, str]]:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path}: the report needs this table, and it cannot be read ({error})") from error


def _record(path: pathlib.Path) -> dict:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not whole ({error}); delete it and run again") from error
