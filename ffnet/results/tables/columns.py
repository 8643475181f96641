"""Columns and notes that several tables share, each said once."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ffnet.origin import OWN, PAPERS, SYNTHETIC
from ffnet.results.tables.number_text import interval, run_count
from ffnet.results.tables.paper import paper_accuracy, read_paper
from ffnet.results.tables.table import Column, Row
from ffnet.results.tested_experiments import Experiment

DATASET = Column("dataset", "name in config.yaml", heading="dataset", left=True, group=True)
EXPERIMENT = Column("experiment", "name in config.yaml", heading="experiment", left=True)
KINDS = f"{SYNTHETIC}: generated faces; {PAPERS}: scans of one of the paper's collections; {OWN}: other scans"
DATA = Column("data", KINDS, heading="data", left=True, group=True)
WHICH = (DATASET, EXPERIMENT, DATA)
REPEATS = Column("repeats", "of the cross-validation, as planned", ".0f")
FOLDS = Column("folds", "of each repeat", ".0f")
SD_OVER_RUNS = Column("sd_over_runs", "percentage points, standard deviation (n - 1) of the runs", ".2f")
CONFIDENCE = Column("confidence", "of the interval")
APART = "; "  # between the ways in which an experiment differs
LEFT_OUT_MEANING = "scans of the tested subjects that no run tested, because a stage left them out, see quarantine.csv"
DIFFERS = Column("differs", "in what it differs from the paper's experiment; empty: in nothing, or there is none")


def interval_columns(name: str, low: str, high: str, **options: Any) -> tuple[Column, Column]:
    """Two columns of the CSV, NAME_low and NAME_high with these meanings, which people see as one. options: of the
    Column for people."""

    def cell(row: Row) -> str:
        return interval(row[f"{name}_low"], row[f"{name}_high"])

    first = Column(f"{name}_low", low, ".2f", cell=cell, ours=True)._replace(**options)
    return first, Column(f"{name}_high", high, ".2f")


CORRECTED = "percent, lower end of the interval corrected for the overlap of the training sets"


def runs_column(meaning: str) -> Column:
    """The number of runs, which people see with the repeats and folds that were planned."""

    def cell(row: Row) -> str:
        return run_count(row["repeats"], row["folds"], row["runs"])

    return Column("runs", meaning, ".0f", "runs", cell, ours=True)


SYNTHETIC_NOTE = "synthetic: generated faces; these figures say nothing about the paper's collections."


def synthetic_notes(frame: pd.DataFrame, column: str = "data") -> tuple[str, ...]:
    """The note below every table with figures on generated faces. column: the one that names the kind of data."""
    return (SYNTHETIC_NOTE,) if (frame[column] == SYNTHETIC).any() else ()


def printed_accuracy(experiment: Experiment) -> float:
    """What the paper prints for an Experiment's architecture on its collection, percent; NaN if nothing."""
    return paper_accuracy(read_paper(), experiment.info.paper, experiment.architecture)


def differs(experiment: Experiment) -> str:
    """In what an Experiment differs from the one that the paper prints; "" if in nothing, or if it prints none."""
    return "" if math.isnan(printed_accuracy(experiment)) else APART.join(experiment.departures)


def departure_notes(frame: pd.DataFrame) -> list[str]:
    """A sentence for each dataset on how its experiments differ from the paper's: in what all do, then in what some do.

    frame: with the columns dataset, experiment and differs.
    """
    ways: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for dataset, experiment, text in zip(frame["dataset"], frame["experiment"], frame["differs"], strict=True):
        if text:
            ways.setdefault(dataset, {}).setdefault(tuple(text.split(APART)), []).append(experiment)
    return [_departures(dataset, of) for dataset, of in ways.items()]


def _departures(dataset: str, ways: Mapping[tuple[str, ...], Sequence[str]]) -> str:
    shared = [way for way in next(iter(ways)) if all(way in other for other in ways)]
    names = ", ".join(name for of in ways.values() for name in of)
    parts = [APART.join(shared)] if shared else []
    for way, of in ways.items():
        own = [one for one in way if one not in shared]
        if own:
            parts.append(f"{', '.join(of)}: {APART.join(own)}")
    return f"not the paper's experiment: {names} on {dataset} ({'. '.join(parts)})."


def confidence_of(frame: pd.DataFrame) -> str:
    """The confidence of a frame's intervals as text: 95%."""
    return ", ".join(f"{value:.0%}" for value in frame["confidence"].dropna().unique()) or "corrected"


def headed(columns: Sequence[Column], name: str, heading: str) -> list[Column]:
    """The columns with another heading of one of them."""
    return [column._replace(heading=heading) if column.name == name else column for column in columns]
