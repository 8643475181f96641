"""All tables at once, from Experiments in memory to files."""

import os
import pathlib
from collections.abc import Sequence

from ffnet.results.tables.accuracy_table import accuracy_table, interval_table
from ffnet.results.tables.class_tables import class_table, confusion_table, subject_table
from ffnet.results.tables.comparisons import comparison_table
from ffnet.results.tables.paper_tables import paper_tables
from ffnet.results.tables.rendering import Table, table_files
from ffnet.results.tested_experiments import DatasetInfo, Experiment
from ffnet.storage import write_text


def all_tables(experiments: list[Experiment], collections: dict[str, DatasetInfo], confidence: float) -> list[Table]:
    """Every Table of Experiments. collections: dataset -> DatasetInfo of all datasets. confidence: of the intervals."""
    return [
        accuracy_table(experiments, confidence),
        interval_table(experiments, confidence),
        *paper_tables(experiments, collections),
        confusion_table(experiments),
        class_table(experiments),
        subject_table(experiments),
        comparison_table(experiments, confidence),
    ]


def columns_text(tables: list[Table]) -> str:
    """columns.md: what every column of every CSV means."""
    lines = ["# Columns of the CSV files", ""]
    groups: dict[tuple, list[str]] = {}
    for table in tables:
        groups.setdefault(tuple(table.columns.items()), []).append(f"{table.name}.csv")
    for columns, names in groups.items():
        lines += [f"## {', '.join(names)}", "", *(f"- `{column}`: {meaning}" for column, meaning in columns), ""]
    return "\n".join(lines[:-1]) + "\n"


def write_tables(folder: str | os.PathLike, tables: list[Table], warnings: Sequence[str] = ()) -> None:
    """Writes every Table in each of its forms and columns.md. warnings: sentences that stand above every table."""
    files = {name: text for table in tables for name, text in table_files(table, warnings).items()}
    for name, text in (files | {"columns.md": columns_text(tables)}).items():
        write_text(pathlib.Path(folder) / name, text)
