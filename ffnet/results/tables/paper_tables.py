"""The paper's Tables 1 to 5 with our figures beside its own.

Ours is beside a printed number if it is the same experiment: on the paper's collection, the same backbones on the same
modalities, with masks or without, and all else that the paper names as the paper has it, whatever the experiment is
called. All others keep their own names, in rows of their own below the printed ones of every table that has their
architecture; those without such a table are a third part below Table 1 or 2, those on other collections below Table 5.
"""

import math
import operator
from collections.abc import Mapping, Sequence

import pandas as pd

from ffnet.origin import PAPERS, SYNTHETIC
from ffnet.results.tables.columns import (
    CORRECTED,
    DIFFERS,
    FOLDS,
    KINDS,
    LEFT_OUT_MEANING,
    REPEATS,
    SD_OVER_RUNS,
    departure_notes,
    differs,
    interval_columns,
    printed_accuracy,
    runs_column,
    synthetic_notes,
)
from ffnet.results.tables.costs import COSTS, SHOWN, costs_of
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
INTERVAL = interval_columns("interval", CORRECTED, "percent, its upper end")
RUNS = runs_column("trainings behind ours")
PRINTED, SETTINGS, OTHERS = "printed", "the paper's networks, other settings", "here, same people and folds"
COLUMNS = (
    Column(
        "part",
        f"{PRINTED}: a number of the paper; {SETTINGS}: its backbones and masks, but not all that it names;"
        f" {OTHERS}: other networks, or other collections, on the same people and folds",
    ),
    Column("dataset", "the table's dataset; in other collections' rows the name in config.yaml"),
    Column("method", "as printed; in rows of experiments that are not the paper's their name"),
    Column("modality", "as printed: its column Data or Modality, or the attribute map that heads the column"),
    Column("feature", "as printed"),
    Column("paper", "percent as printed, on the real collection; - for a dash; empty where the paper has no such row"),
    Column("our_dataset", "name in config.yaml of the dataset behind ours; empty where there is none"),
    Column("our_data", KINDS),
    Column("experiment", "name in config.yaml; empty: not run"),
    Column("ours", "percent, mean over all runs; empty: not run", ".2f"),
    *(SD_OVER_RUNS, *INTERVAL, REPEATS, FOLDS, RUNS._replace(heading="")),
    Column("left_out", LEFT_OUT_MEANING, ".0f"),
    Column("ours_of_expected", "percent, ours with the scans that were left out counted as wrong", ".2f"),
    *COSTS,
    DIFFERS,
)
PAPER = "paper"
MAPS = ("I_d", "I_n", "I_t", "I_dnt")
NOTES = (
    "paper: as printed, on the real collection. Ours: mean over all runs; an empty cell: not run. Ours is beside a"
    " printed figure only if all that the paper names is as the paper has it.",
    f"{OTHERS}: other networks, rebuilt or new, trained alike. X-like is not X: docs/methods.md says what was"
    " assumed. multiply-adds: for one scan. results/report.html has the time of a run, too.",
    "runs: repeats x folds. Intervals are corrected for the overlap of the training sets (Nadeau and Bengio, 2003).",
)


def paper_frame(
    experiments: Sequence[Experiment],
    datasets: Mapping[str, DatasetInfo],
    records: Mapping[tuple[str, str], dict] = {},
) -> pd.DataFrame:
    """A row for each printed number and each dataset of its collection, then one for each of the Experiments that is
    not the paper's. datasets: all of them, with runs or without. records: the Records of the Experiments' runs.

    source: "Table 1" to "Table 5". model: the printed method, of an experiment that has the paper's name too. The other
    columns are COLUMNS.
    """
    paper = read_paper()
    matched = match([one for one in experiments if is_papers(one)], paper)
    rows: dict[str, list[dict]] = {source: [] for source in TITLES}
    for line in paper:
        places = [name for name, info in datasets.items() if (info.kind, info.paper) == (PAPERS, line.dataset)]
        for place in places if line.architecture and places else [""]:
            rows[line.source].append(_printed_row(line, place, matched.get((place, line.architecture))))
    used = {id(experiment) for experiment in matched.values()}
    for experiment in experiments:
        if id(experiment) not in used:
            lines: Sequence[PaperRow | None] = cells_of_paper(experiment, paper) or [None]
            for row in (_own_row(experiment, line) for line in lines):
                rows[row["source"]].append(row)
    every = [row | costs_of(records.get((row["our_dataset"], row["experiment"]))) for of in rows.values() for row in of]
    return frame_of(every, (Column("source"), Column("model"), *COLUMNS))


def is_papers(experiment: Experiment) -> bool:
    """Whether an Experiment is the paper's in all that the paper names, on its collection."""
    return experiment.info.kind == PAPERS and not math.isnan(printed_accuracy(experiment)) and not differs(experiment)


def match(
    experiments: Sequence[Experiment], paper: Sequence[PaperRow]
) -> dict[tuple[str, Architecture | None], Experiment]:
    """(dataset, Architecture) -> the Experiment that is beside its printed numbers: the one with the paper's name, else
    the first."""
    names = {row.architecture: row.experiment for row in paper if row.architecture}
    matched: dict[tuple[str, Architecture | None], Experiment] = {}
    for experiment in experiments:
        key = experiment.dataset, experiment.architecture
        if key not in matched or experiment.name == names.get(experiment.architecture):
            matched[key] = experiment
    return matched


def cells_of_paper(experiment: Experiment, paper: Sequence[PaperRow]) -> list[PaperRow]:
    """The printed rows of an Experiment's architecture on the collection of its layout, one for each table."""
    which = experiment.info.paper, experiment.architecture
    cells = {row.source: row for row in reversed(paper) if (row.dataset, row.architecture) == which}
    return list(reversed(cells.values()))


def _printed_row(line: PaperRow, place: str, experiment: Experiment | None) -> dict:
    """The row of a printed number. place: the dataset that ours is on, "" for none."""
    row = {name: getattr(line, name) for name in ("source", "dataset", "method", "feature")}
    row |= {"part": PRINTED, "model": line.method, "modality": line.data, "paper": line.accuracy, "our_dataset": place}
    return row | {"our_data": PAPERS if place else "", "differs": ""} | _ours(experiment)


def _own_row(experiment: Experiment, line: PaperRow | None) -> dict:
    """The row of an Experiment that is not the paper's. line: the printed row of its architecture in this table."""
    info, name = experiment.info, experiment.name
    row = {"source": SOURCE_OF_REST[info.paper], "modality": experiment.architecture.data, "model": name}
    if line:
        row |= {"source": line.source, "modality": line.data, "model": line.method if name == line.experiment else name}
    row |= {"part": SETTINGS if line else OTHERS}
    row |= {"dataset": info.paper or experiment.dataset, "method": name, "feature": "", "paper": ""}
    row |= {"our_dataset": experiment.dataset, "our_data": info.kind, "differs": differs(experiment)}
    return row | _ours(experiment)


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
        "ours_of_expected": 100 * found.mean_of_expected,
        **{name: getattr(found, name) for name in ("repeats", "folds", "runs", "left_out")},
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
    of_ours = with_ours.assign(dataset=with_ours["our_dataset"])
    notes = (
        *(*NOTES, *departure_notes(of_ours)),
        *(f"*: {note}" for note in synthetic_notes(with_ours, "our_data")),
    )
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
        *(INTERVAL[0]._replace(meaning="", heading="interval"), RUNS._replace(meaning="")),
        *SHOWN,
        Column("part", heading="part", left=True),
    ]


def _ablation(rows: Sequence[Row]) -> tuple[list[Column], list[Row]]:
    """What people see: of each printed model a line as printed and one for each dataset, a column for each attribute
    map; below them the lines of our own experiments. Ours have their runs, repeats x folds, behind them."""
    printed, own = ([row for row in rows if bool(row["paper"]) == is_printed] for is_printed in (True, False))
    places = [PAPER, *dict.fromkeys(_place(row) for row in printed if row["our_dataset"])]
    cells: dict[tuple[str, str, str], Cell] = {}
    for row in printed:
        for place in places:  # a dash is one for each dataset
            if place == PAPER or not row["our_dataset"]:
                cells[row["model"], place, row["modality"]] = Cell(row["paper"])
    for row in (*printed, *own):
        if row["our_dataset"]:
            cells[row["model"], _place(row), row["modality"]] = _with_runs(row)
    keys = [(model, place) for model in dict.fromkeys(row["model"] for row in printed) for place in places]
    keys += [(row["model"], _place(row)) for row in own]
    lines: list[Row] = [
        {"model": model, "figures": place} | {name: cells.get((model, place, name), Cell("")) for name in MAPS}
        for model, place in dict.fromkeys(keys)  # an own line has a cell for each of its maps
    ]
    columns = [Column("model", heading="Model", left=True), Column("figures", heading="figures", left=True)]
    return [*columns, *(Column(name, heading=name, cell=operator.itemgetter(name)) for name in MAPS)], lines


def _with_runs(row: Row) -> Cell:
    if row["missing"]:
        return Cell("", missing=True)
    text = f"{_figure(row)} ({run_count(row['repeats'], row['folds'], row['runs'])})"
    return Cell(text, interval(row["interval_low"], row["interval_high"]), row["experiment"])


def _figure(row: Row) -> str:
    """Ours, with a mark that goes with it wherever it is copied."""
    return number(row["ours"], ".2f") + "*" * (row["our_data"] == SYNTHETIC and row["experiment"] != "")


def _place(row: Row) -> str:
    """Where ours comes from; on one of the paper's collections also whether it is the paper's experiment."""
    other = "; other settings" if row["our_data"] == PAPERS and row["differs"] else ""
    return f"{row['our_dataset']} ({row['our_data']}{other})" if row["our_dataset"] else ""
