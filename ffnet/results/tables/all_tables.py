"""All tables at once: from Experiments to frames, from frames to files."""

import json
import os
import pathlib
from collections.abc import Mapping, Sequence

import pandas as pd

from ffnet.errors import InputError
from ffnet.results.audit.leakage import leakage_table
from ffnet.results.cross_runs import CrossTested
from ffnet.results.tables.accuracy_table import accuracy_frame, accuracy_table, interval_table
from ffnet.results.tables.class_tables import (
    class_frame,
    class_table,
    confusion_frame,
    confusion_table,
    subject_frame,
    subject_table,
)
from ffnet.results.tables.comparison_table import comparison_frame, comparison_table
from ffnet.results.tables.cross_table import cross_frame, cross_table
from ffnet.results.tables.formatters import table_files
from ffnet.results.tables.missing_table import missing_table
from ffnet.results.tables.paper_tables import paper_frame, paper_tables
from ffnet.results.tables.question_table import question_frame, question_table
from ffnet.results.tables.table import Table
from ffnet.results.tables.transport_table import transport_frame, transport_table
from ffnet.results.tested_experiments import DatasetInfo, Experiment
from ffnet.results.transported import Transported
from ffnet.storage import write_text

Frames = dict[str, pd.DataFrame]  # what all tables are made of, by name


def all_frames(
    experiments: Sequence[Experiment],
    datasets: Mapping[str, DatasetInfo],
    confidence: float,
    crosses: Sequence[CrossTested] = (),
    records: Mapping[tuple[str, str], dict] = {},
    transports: Sequence[Transported] = (),
) -> Frames:
    """The Frames of Experiments. datasets: all of them, with runs or without. confidence: of the intervals. crosses:
    what was trained on one dataset and tested on another. records: the Records of the Experiments' runs. transports:
    what saw the test scans."""
    comparisons = comparison_frame(experiments, confidence)
    all_tested = [*experiments, *(one.experiment for one in crosses)]
    across = {"cross": cross_frame(crosses, experiments, confidence)} if crosses else {}
    moved = {"transport": transport_frame(transports, confidence)} if transports else {}
    return {**across, **moved} | {
        "accuracy": accuracy_frame(experiments, confidence, records),
        "paper": paper_frame(experiments, datasets, records),
        "confusion": confusion_frame(all_tested),
        "classes": class_frame(all_tested),
        "subjects": subject_frame(experiments),
        "questions": question_frame(experiments, comparisons, datasets),
        "comparisons": comparisons,
    }


def all_tables(frames: Frames) -> dict[str, Table]:
    """name -> Table of all_frames; of `runs`, `cross`, `transport` and `leakage` where they are among them."""
    tables = [
        *([missing_table(frames["runs"])] if "runs" in frames else []),
        accuracy_table(frames["accuracy"]),
        interval_table(frames["accuracy"]),
        *([cross_table(frames["cross"])] if "cross" in frames else []),
        *([transport_table(frames["transport"])] if "transport" in frames else []),
        *paper_tables(frames["paper"]),
        confusion_table(frames["confusion"]),
        class_table(frames["classes"]),
        subject_table(frames["subjects"]),
        question_table(frames["questions"]),
        comparison_table(frames["comparisons"]),
        *([leakage_table(frames["leakage"])] if "leakage" in frames else []),
    ]
    return {table.name: table for table in tables}


def columns_text(tables: Sequence[Table]) -> str:
    """columns.md: what every column of every CSV means."""
    lines = ["# Columns of the CSV files", ""]
    groups: dict[tuple, list[str]] = {}
    for table in tables:
        explained = tuple((column.name, column.meaning) for column in table.columns if column.meaning)
        groups.setdefault(explained, []).append(f"{table.name}.csv")
    for columns, names in groups.items():
        lines += [f"## {', '.join(names)}", "", *(f"- `{name}`: {meaning}" for name, meaning in columns), ""]
    return "\n".join(lines[:-1]) + "\n"


def write_tables(folder: str | os.PathLike, frames: Frames, warnings: Sequence[str] = ()) -> None:
    """Writes every Table in its forms, columns.md, and unrounded.json. warnings: sentences above every table."""
    tables = list(all_tables(frames).values())
    files = {name: text for table in tables for name, text in table_files(table, warnings).items()}
    files |= {"columns.md": columns_text(tables), "unrounded.json": frames_text(frames)}
    for name, text in files.items():
        write_text(pathlib.Path(folder) / name, text)


def frames_text(frames: Frames) -> str:
    """Frames as JSON, name -> column -> values; null for NaN."""
    whole = {
        name: {column: [None if value != value else value for value in frame[column].tolist()] for column in frame}
        for name, frame in frames.items()
    }
    return json.dumps(whole, allow_nan=False) + "\n"


def read_frames(path: str | os.PathLike) -> Frames:
    """The Frames that frames_text wrote. Raises InputError if the file is not whole."""
    try:
        whole = json.loads(pathlib.Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not whole ({error}); delete it and run again") from error
    return {name: pd.DataFrame(columns).replace({None: float("nan")}) for name, columns in whole.items()}
