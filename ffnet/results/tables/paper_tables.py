"""The paper's Tables 1 to 5 with our figures beside its own.

A cell is ours if its network is: the same backbones on the same modalities, with masks or without, whatever the
experiment is called; of several the one with the paper's name, else the first. Experiments that have no cell follow in
a block of their own below Table 1 or 2, those on other collections below Table 5.
"""

from typing import NamedTuple

from ffnet.results.tables.accuracy_table import interval_text, synthetic_notes
from ffnet.results.tables.paper import Network, PaperRow, read_paper
from ffnet.results.tables.rendering import Table, percent
from ffnet.results.tested_experiments import DatasetInfo, Experiment

TITLES = {
    "Table 1": "Comparison results on BU-3DFE",
    "Table 2": "Comparison results on Bosphorus",
    "Table 3": "Ablation experiments on BU-3DFE",
    "Table 4": "Ablation experiments on Bosphorus",
    "Table 5": "Multimodal experiments",
}
COLUMNS = {
    "dataset": "the table's dataset; in other collections' rows the name in config.yaml",
    "method": "as printed; in rows that the paper does not have the experiment's name",
    "modality": "as printed: its column Data or Modality, or the attribute map that heads the column",
    "feature": "as printed",
    "paper": "percent as printed, on the real collection; - where the table has a dash; empty where it has no such row",
    "our_dataset": "name in config.yaml of the dataset that ours was reached on; empty where none stands for it",
    "our_data": "synthetic: generated faces, not the paper's collection; licensed: scans of people",
    "experiment": "name in config.yaml; empty: not run",
    "ours": "percent, mean over all runs; empty: not run",
    "sd_over_runs": "percent points, standard deviation (n - 1) of the runs",
    "interval_low": "percent, lower end of the interval corrected for the overlap of the training sets",
    "interval_high": "percent, its upper end",
    "repeats": "of the cross-validation, as asked for",
    "folds": "of each repeat",
    "runs": "trainings behind ours",
}
PAPER = "paper"
MAPS = ("I_d", "I_n", "I_t", "I_dnt")
NOTES = (
    "paper: as printed, on the real collection. Ours: mean over all runs; an empty cell: not run.",
    "runs: repeats x folds. Intervals are corrected for the overlap of the training sets (Nadeau and Bengio, 2003).",
)


class Cell(NamedTuple):
    """One printed cell (or a row of ours that the paper does not have, printed None) and ours on one dataset.

    dataset, kind: of ours; "" where no dataset stands for the paper's. ours: Experiment, None where none was run.
    """

    printed: PaperRow | None
    dataset: str
    kind: str
    ours: Experiment | None


def paper_tables(experiments: list[Experiment], collections: dict[str, DatasetInfo]) -> list[Table]:
    """The five Tables of Experiments. collections: dataset -> DatasetInfo of all datasets, with or without runs."""
    paper = read_paper()
    matched = match(experiments, paper)
    cells = {
        source: [cell for row in paper if row.source == source for cell in _cells(row, matched, collections)]
        for source in TITLES
    }
    used = {id(cell.ours) for source in cells.values() for cell in source}
    for one in experiments:
        if id(one) not in used:
            source = {"BU-3DFE": "Table 1", "Bosphorus": "Table 2", None: "Table 5"}[one.collection.paper]
            cells[source].append(Cell(None, one.dataset, one.collection.kind, one))
    return [_table(source, found) for source, found in cells.items()]


def match(experiments: list[Experiment], paper: list[PaperRow]) -> dict[tuple[str, Network], Experiment]:
    """(dataset, Network) -> the Experiment that stands for it in the tables."""
    names = {row.network: row.experiment for row in paper if row.network}
    matched: dict[tuple[str, Network], Experiment] = {}
    for one in experiments:
        key = one.dataset, one.network
        if key not in matched or one.name == names.get(one.network):
            matched[key] = one
    return matched


def _cells(
    row: PaperRow, matched: dict[tuple[str, Network], Experiment], collections: dict[str, DatasetInfo]
) -> list[Cell]:
    standing = [name for name, collection in collections.items() if collection.paper == row.dataset]
    if row.network is None or not standing:
        return [Cell(row, "", "", None)]
    return [Cell(row, name, collections[name].kind, matched.get((name, row.network))) for name in standing]


def _table(source: str, cells: list[Cell]) -> Table:
    heading, left, lines = _ablation(cells) if source in ("Table 3", "Table 4") else _list(source, cells)
    notes = (*NOTES, *(f"*: {note}" for note in synthetic_notes([cell.ours for cell in cells if cell.ours])))
    name, title = source.lower().replace(" ", ""), f"{source} of the paper: {TITLES[source]}"
    rows = [_row(cell) for cell in cells]
    return Table(name, title, COLUMNS, rows, heading, lines, left=left, notes=notes, latex=True)


def _row(cell: Cell) -> tuple[str, ...]:
    which = _which(cell)
    if not cell.ours:
        return *which, cell.dataset, cell.kind, *[""] * 8
    found = cell.ours.accuracy
    shares = found.mean, found.sd_over_runs, found.low, found.high
    counts = map(str, (found.repeats, found.folds, found.runs))
    return *which, cell.dataset, cell.kind, cell.ours.name, *map(percent, shares), *counts


def _which(cell: Cell) -> tuple[str, str, str, str, str]:
    """dataset, method, modality, feature, paper."""
    if cell.printed:
        return cell.printed[1:6]
    own = cell.ours
    assert own is not None  # a Cell has one of the two
    return own.collection.paper or own.dataset, own.name, own.network.data, "", ""


def _list(source: str, cells: list[Cell]) -> tuple[tuple[str, ...], int, list[tuple[str, ...]]]:
    """heading, how many columns to the left, lines: a line per cell."""
    shown = (0, 1, 2) if source == "Table 5" else (1, 2, 3)
    words = ("Dataset", "Model", "Modality") if source == "Table 5" else ("Method", "Data", "Feature")
    lines = []
    for cell in cells:
        which = _which(cell)
        ours = "", "", ""
        if cell.ours:
            found = cell.ours.accuracy
            ours = _ours(cell.ours), interval_text(found.low, found.high), cell.ours.runs_text
        lines.append((*(which[i] for i in shown), _place(cell), which[4], *ours))
    return (*words, "ours is on", "paper %", "ours %", "interval", "runs"), 4, lines


def _ablation(cells: list[Cell]) -> tuple[tuple[str, ...], int, list[tuple[str, ...]]]:
    """heading, how many columns to the left, lines: of each model a line as printed and one for each dataset.

    Behind ours stand its runs, repeats x folds.
    """
    lines: dict[tuple[str, str], list[str]] = {}
    places = dict.fromkeys(_place(cell) for cell in cells if cell.dataset)
    for cell in cells:
        assert cell.printed is not None  # what the paper does not have follows other tables
        model, column = cell.printed.method, MAPS.index(cell.printed.data)
        lines.setdefault((model, PAPER), [""] * len(MAPS))[column] = cell.printed.accuracy
        for place in places:
            line = lines.setdefault((model, place), [""] * len(MAPS))
            if not cell.printed.network:
                line[column] = cell.printed.accuracy
        if cell.ours:
            lines[model, _place(cell)][column] = f"{_ours(cell.ours)} ({cell.ours.runs_text})"
    return ("Model", "figures", *MAPS), 2, [(*key, *texts) for key, texts in lines.items()]


def _ours(one: Experiment) -> str:
    """The figure with a mark that goes with it wherever it is copied."""
    return percent(one.accuracy.mean) + "*" * one.collection.synthetic


def _place(cell: Cell) -> str:
    return f"{cell.dataset} ({cell.kind})" if cell.dataset else ""
