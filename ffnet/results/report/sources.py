"""All that the report shows, read from the files that its rule names."""

import csv
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypedDict

import pandas as pd

from ffnet.quarantine import Rejected, read_quarantine
from ffnet.results.quality import read_quality
from ffnet.results.run_records import Records
from ffnet.results.tables.all_tables import Frames
from ffnet.results.tested_experiments import DatasetInfo
from ffnet.scans.index import read_manifest

JOB_COLUMNS = {"s": "seconds", "cpu_time": "processor", "max_rss": "memory"}  # of Snakemake's benchmarks


class DatasetFiles(TypedDict):
    """Paths of what the report shows of a dataset. scans: of the stage `scans`. pictures: kind -> path. benchmarks:
    stage -> paths."""

    manifest: str
    quarantine: str
    quality: str
    subjects: str
    scans: Sequence[str]
    pictures: dict[str, str]
    benchmarks: dict[str, Sequence[str]]


class Sources(NamedTuple):
    """What the report shows.

    partial: whether runs may be missing. taken: dataset -> how many scans. quarantine, quality: of each dataset.
    jobs: a row for each job of a stage: dataset, stage, seconds by the clock, seconds of the processor, memory at its
    peak in MB; NaN where it was too short to be measured. pictures: (dataset, "maps" or "contact_sheet") -> path, of
    those that exist.
    """

    datasets: Mapping[str, DatasetInfo]
    frames: Frames
    records: Records
    partial: bool
    taken: dict[str, int]
    quarantine: dict[str, list[Rejected]]
    quality: dict[str, pd.DataFrame]
    jobs: pd.DataFrame
    pictures: dict[tuple[str, str], str]


def read_sources(
    frames: Frames,
    records: Records,
    datasets: Mapping[str, DatasetInfo],
    files: Mapping[str, DatasetFiles],
    partial: bool = False,
) -> Sources:
    """The Sources of all tables and records. files: of each dataset, of which those are read that exist. Raises
    InputError that names a file that is not whole."""
    pictures = {(name, kind): path for name, of in files.items() for kind, path in of["pictures"].items()}
    listed = {name: of for name, of in files.items() if os.path.isfile(of["quarantine"])}
    manifests = {name: pathlib.Path(of["manifest"]).read_text("utf-8") for name, of in listed.items()}
    return Sources(
        datasets,
        frames,
        records,
        partial,
        taken={name: len(read_manifest(text)) for name, text in manifests.items()},
        quarantine={name: read_quarantine(of["quarantine"]) for name, of in listed.items()},
        quality={name: read_quality(of["quality"]) for name, of in files.items() if os.path.isfile(of["quality"])},
        jobs=read_jobs({name: of["benchmarks"] for name, of in files.items()}),
        pictures={key: path for key, path in pictures.items() if os.path.isfile(path)},
    )


def read_jobs(benchmarks: Mapping[str, Mapping[str, Sequence[str | os.PathLike]]]) -> pd.DataFrame:
    """The jobs of Sources. benchmarks: dataset -> stage -> paths, of which those are read that exist."""
    rows = []
    for dataset, stages in benchmarks.items():
        for stage, paths in stages.items():
            for path in filter(os.path.isfile, paths):
                with open(path, encoding="utf-8", newline="") as file:
                    rows += [
                        {"dataset": dataset, "stage": stage, **row} for row in csv.DictReader(file, delimiter="\t")
                    ]
    frame = pd.DataFrame(rows, columns=["dataset", "stage", *JOB_COLUMNS])
    numbers = frame[list(JOB_COLUMNS)].apply(pd.to_numeric, errors="coerce")  # "NA" and "-" are no numbers
    return frame[["dataset", "stage"]].join(numbers.rename(columns=JOB_COLUMNS))
