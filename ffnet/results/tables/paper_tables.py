"""The paper's Tables 1 to 5 with our figures beside its own.

A cell is ours if its architecture is: the same backbones on the same modalities, with masks or without, whatever the
experiment is called; of several the one with the paper's name, else the first. Experiments that have no cell follow in
a block of their own below Table 1 or 2, those on other collections below Table 5.
"""

import operator
from collections.abc import Mapping, Sequence

import pandas as pd

from ffnet.results.tables.columns import (
    CORRECTED,
    FOLDS,
    REPEATS,
    SD_OVER_RUNS,
    interval_columns,
    runs_column,
    synthetic_notes,
)
from ffnet.results.tables.number_text import interval, number, run_count
from ffnet.results.tables.paper import Architecture, PaperRow, read_paper
from ffnet.results.tables.table import Cell, Column, Row, Table, frame_of, rows_of
from ffnet.results.tested_experiments import DatasetInfo, Experiment

TITLES = {
    "Table 1": "Comparison results on BU-3DFE",
    "Table 2": "Comparison results on Bosphorus",
    "Table 3": "Ablation experiments on BU-3DFE",
    "Table 4": "Ablation experiments on Bosphorus",
    "Table 5": "Multimodal experiments",
}
SOURCE_OF_REST = {"BU-3DFE": "Table 1", "Bosphorus": "Table 2", None: "Table 5"}  # by the paper's collection
OUR_DATA = "synthetic: generated faces, not the paper's collection; licensed: scans of people"
COLUMNS = (
    Column("dataset", "the table's dataset; in other collections' rows the name in config.yaml"),
    Column("method", "as printed; in rows that the paper does not have the experiment's name"),
    Column("modality", "as printed: its column Data or Modality, or the attribute map that heads the column"),
    Column("feature", "as printed"),
    Column("paper", "percent as printed, on the real collection; - for a dash; empty where the paper has no such row"),
    Column("our_dataset", "name in config.yaml of the dataset behind ours; empty where none takes its place"),
    Column("our_data", OUR_DATA),
    Column("experiment", "name in config.yaml; empty: not run"),
    Column("ours", "percent, mean over all runs; empty: not run", ".2f"),
    *(SD_OVER_RUNS, *interval_columns("interval", CORRECTED, "percent, its upper end"), REPEATS, FOLDS),
    runs_column("trainings behind ours")._replace(heading=""),
)
PAPER = "paper"
OURS = COLUMNS[-5], COLUMNS[-1]  # the interval and the runs, as people see them
MAPS = ("I_d", "I_n", "I_t", "I_dnt")
NOTES = (
    "paper: as printed, on the real collection. Ours: mean over all runs; an empty cell: not run.",
    "runs: repeats x folds. Intervals are corrected for the overlap of the training sets (Nadeau and Bengio, 2003).",
)


def paper_frame(experiments: Sequence[Experiment], datasets: Mapping[str, DatasetInfo]) -> pd.DataFrame:
    """A row for each printed number and each dataset that takes its collection's place, then one for each of the
    Experiments that the paper does not have; source: "Table 1" to "Table 5". The other columns are COLUMNS.

    datasets: all of them, with runs or without.
    """
    paper = read_paper()
    matched = match(experiments, paper)
    rows: dict[str, list[dict]] = {source: [] for source in TITLES}
    for line in paper:
        places = [name for name, info in datasets.items() if info.paper == line.dataset and line.architecture]
        printed = {
            **{name: getattr(line, name) for name in ("source", "dataset", "method", "feature")},
            "modality": line.data,
            "paper": line.accuracy,
        }
        for place in places or [""]:
            kind = datasets[place].kind if place else ""
            ours = _ours(matched.get((place, line.architecture)))
            rows[line.source].append(printed | {"our_dataset": place, "our_data": kind} | ours)
    used = {id(experiment) for experiment in matched.values() if paper_has(experiment, paper)}
    for experiment in experiments:
        if id(experiment) not in used:
            row = _own_row(experiment)
            rows[row["source"]].append(row)
    return frame_of([row for of in rows.values() for row in of], (Column("source", ""), *COLUMNS))


def match(
    experiments: Sequence[Experiment], paper: Sequence[PaperRow]
) -> dict[tuple[str, Architecture | None], Experiment]:
    """(dataset, Architecture) -> the Experiment that takes its place in the tables."""
    names = {row.architecture: row.experiment for row in paper if row.architecture}
    matched: dict[tuple[str, Architecture | None], Experiment] = {}
    for experiment in experiments:
        key = experiment.dataset, experiment.architecture
        if key not in matched or experiment.name == names.get(experiment.architecture):
            matched[key] = experiment
    return matched


def paper_has(experiment: Experiment, paper: Sequence[PaperRow]) -> bool:
    """Whether the paper prints a number for an Experiment's architecture on its collection."""
    return any((row.dataset, row.architecture) == (experiment.info.paper, experiment.architecture) for row in paper)


def _own_row(experiment: Experiment) -> dict:
    """The row of an Experiment that the paper does not have."""
    info = experiment.info
    which = {
        "source": SOURCE_OF_REST[info.paper],
        "dataset": info.paper or experiment.dataset,
        "method": experiment.name,
    }
    which |= {"modality": experiment.architecture.data, "feature": "", "paper": ""}
    return which | {"our_dataset": experiment.dataset, "our_data": info.kind} | _ours(experiment)


def _ours(experiment: Experiment | None) -> dict[str, object]:
    if experiment is None:
        return {"experiment": ""}
    found = experiment.accuracy
    return {
        "experiment": experiment.name,
        "ours": 100 * found.mean,
        "sd_over_runs": 100 * found.sd_over_runs,
        "interval_low": 100 * found.low,
        "interval_high": 100 * found.high,
        **{name: getattr(found, name) for name in ("repeats", "folds", "runs")},
    }


def paper_tables(frame: pd.DataFrame) -> list[Table]:
    """The Tables `table1` to `table5` of paper_frame."""
    return [_table(source, frame[frame["source"] == source]) for source in TITLES]


def _table(source: str, frame: pd.DataFrame) -> Table:
    rows: list[Row] = [
        {**row, "missing": row["our_dataset"] != "" and row["experiment"] == ""} for row in rows_of(frame)
    ]
    if source in ("Table 3", "Table 4"):
        headings, rows = _ablation(rows)
    else:
        headings = _listing(source)
    with_ours = frame[frame["experiment"] != ""]
    notes = (*NOTES, *(f"*: {note}" for note in synthetic_notes(with_ours, "our_data")))
    name, title = source.lower().replace(" ", ""), f"{source} of the paper: {TITLES[source]}"
    return Table(name, title, (*COLUMNS, *headings), frame, notes, rows, latex=True)


def _listing(source: str) -> list[Column]:
    """What people see of a line for each row of the frame."""
    words = {"Dataset": "dataset", "Model": "method", "Modality": "modality"}
    if source != "Table 5":
        words = {"Method": "method", "Data": "modality", "Feature": "feature"}
    ours = Column("ours", heading="ours %", cell=_figure, ours=True)
    return [
        *(Column(name, heading=heading, left=True) for heading, name in words.items()),
        *(
            Column("our_dataset", heading="ours is on", cell=_place, left=True),
            Column("paper", heading="paper %"),
            ours,
        ),
        *(
            column._replace(meaning="", heading=heading)
            for column, heading in zip(OURS, ("interval", "runs"), strict=True)
        ),
    ]


def _ablation(rows: Sequence[Row]) -> tuple[list[Column], list[Row]]:
    """What people see: of each model a line as printed and one for each dataset, a column for each attribute map. Ours
    have their runs, repeats x folds, behind them."""
    places = [PAPER, *dict.fromkeys(_place(row) for row in rows if row["our_dataset"])]
    cells: dict[tuple[str, str, str], Cell] = {}
    for row in rows:
        key = row["method"], row["modality"]
        for place in places:  # a dash is one for each dataset
            if place == PAPER or not row["our_dataset"]:
                cells[*key, place] = Cell(row["paper"])
        if row["our_dataset"]:
            text = f"{_figure(row)} ({run_count(row['repeats'], row['folds'], row['runs'])})"
            small = interval(row["interval_low"], row["interval_high"])
            cells[*key, _place(row)] = (
                Cell("", missing=True) if row["missing"] else Cell(text, small, row["experiment"])
            )
    lines: list[Row] = [
        {"model": model, "figures": place} | {name: cells.get((model, name, place), Cell("")) for name in MAPS}
        for model in dict.fromkeys(row["method"] for row in rows)
        for place in places
    ]
    columns = [Column("model", heading="Model", left=True), Column("figures", heading="figures", left=True)]
    return [*columns, *(Column(name, heading=name, cell=operator.itemgetter(name)) for name in MAPS)], lines


def _figure(row: Row) -> str:
    """Ours, with a mark that goes with it wherever it is copied."""
    return number(row["ours"], ".2f") + "*" * (row["our_data"] == "synthetic" and row["experiment"] != "")


def _place(row: Row) -> str:
    return f"{row['our_dataset']} ({row['our_data']})" if row["our_dataset"] else ""
