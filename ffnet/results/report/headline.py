"""What was reached and what is missing: the headline table, the intervals as a plot, the paper's list of methods."""

from collections.abc import Sequence
from typing import TypeVar

from ffnet.results.report.evidence import Matrix
from ffnet.results.report.expenses import Lesson
from ffnet.results.report.grid import Cell, Column, Grid, Group, by_dataset, cells, group_title, pair
from ffnet.results.report.plots import Bar, axis, bars
from ffnet.results.report.sources import Sources
from ffnet.results.so_far import NOT_MADE, STALE
from ffnet.results.tables.accuracy_table import PAPER_HEADING
from ffnet.results.tested_experiments import DatasetInfo

Shown = TypeVar("Shown", Matrix, Lesson)  # what is shown of one experiment
COLUMNS = [
    Column("experiment", left=True),
    Column("accuracy %", hint="mean over all runs"),
    Column("interval %", hint="corrected for the overlap of the training sets"),
    Column("paper %", hint="as printed, on the real collection"),
    Column("sd over runs"),
    Column("sd over repeats"),
    Column("repeats"),
    Column("folds"),
    Column("runs"),
    Column("subjects"),
    Column("scans"),
    Column("chance %"),
]
FEW = 4  # experiments of a dataset that stand open all, where there are no more
SPREADS = ("sd_over_runs", "sd_over_repeats", "repeats", "folds", "runs", "subjects", "scans", "chance")


def headline(sources: Sources, collections: dict[str, DatasetInfo], experiments: Sequence[str]) -> Grid:
    """The Grid of accuracy.csv: of each dataset every experiment, those without a run visibly empty."""
    groups = []
    for dataset, collection in collections.items():
        rows = {row["experiment"]: row for row in sources.tables["accuracy"] if row["dataset"] == dataset}
        lines = [_line(name, rows.get(name)) for name in [*experiments, *(rows.keys() - set(experiments))]]
        groups.append(Group(group_title(dataset, collection), collection.kind, lines))
    confidence = ", ".join(dict.fromkeys(row["confidence"] for row in sources.tables["accuracy"]))
    notes = (
        "accuracy: mean over all runs (repeats x folds of cross-validation by subject); sd: standard deviation.",
        f"interval: confidence {confidence}, corrected for overlapping training sets (Nadeau and Bengio, 2003)."
        " No interval: one run, or all runs equal.",
        "paper: as printed in its Tables 1 to 5, on BU-3DFE and Bosphorus themselves; not this project's figure.",
    )
    return Grid("Accuracy of every experiment.", COLUMNS, groups, notes)


def _line(name: str, row: dict[str, str] | None) -> list[Cell]:
    if row is None:
        return [Cell(name), *[Cell("", missing=True)] * (len(COLUMNS) - 1)]
    interval, asked = pair(row["interval_low"], row["interval_high"]), int(row["repeats"]) * int(row["folds"])
    told = row if int(row["runs"]) == asked else row | {"runs": f"{row['runs']} of {asked}"}
    return cells(name, row["accuracy"], interval, row[PAPER_HEADING], *(told[column] for column in SPREADS))


def interval_plot(
    sources: Sources, collections: dict[str, DatasetInfo]
) -> tuple[list[tuple[int, float]], list[tuple[str, str, list[Bar]]]]:
    """(ticks, [(title, kind, Bars)]) of all datasets on one axis."""
    accuracy, intervals = sources.tables["accuracy"], sources.tables["intervals"]
    ticks, place = axis([*accuracy, *intervals])
    plots = []
    for dataset, collection in collections.items():
        here, ends = ([row for row in rows if row["dataset"] == dataset] for rows in (accuracy, intervals))
        if here:
            plots.append((group_title(dataset, collection), collection.kind, bars(here, ends, place)))
    return ticks, plots


def interval_grid(sources: Sources, collections: dict[str, DatasetInfo]) -> Grid:
    """The Grid behind the plot: the corrected interval beside the naive one."""
    columns = [Column("experiment", left=True), Column("accuracy %"), Column("corrected interval %")]
    columns += [Column("naive interval %", hint="as if all runs were independent, which they are not"), Column("runs")]

    def line(row: dict[str, str]) -> list[Cell]:
        corrected, naive = (pair(row[f"{kind}_low"], row[f"{kind}_high"]) for kind in ("corrected", "naive"))
        return cells(row["experiment"], row["accuracy"], corrected, naive, row["runs"])

    return Grid("The same in numbers.", columns, by_dataset(sources.tables["intervals"], collections, line))


def missing_grid(sources: Sources, collections: dict[str, DatasetInfo], experiments: Sequence[str]) -> Grid:
    """The Grid of the experiments of which runs are missing, from missing.csv and accuracy.csv."""
    columns = [Column("experiment", left=True)]
    columns += [Column(title) for title in ("runs asked for", "made", NOT_MADE, STALE)]
    groups = []
    for dataset, collection in collections.items():
        made, why = dict.fromkeys(experiments, 0), {name: {NOT_MADE: 0, STALE: 0} for name in experiments}
        for row in sources.tables["accuracy"]:
            if row["dataset"] == dataset:
                made[row["experiment"]] = int(row["runs"])
        for row in sources.tables["missing"]:
            if row["dataset"] == dataset:
                why[row["experiment"]][row["why"]] += 1
        rows = [
            cells(name, *map(str, (made[name] + missing, made[name], *why[name].values())))
            for name in experiments
            if (missing := sum(why[name].values()))
        ]
        if rows:
            groups.append(Group(group_title(dataset, collection), collection.kind, rows))
    notes = (f"{STALE}: the run is there, but config.yaml has changed since. Every missing run is in missing.csv.",)
    return Grid("Experiments of which runs are missing; all others are whole.", columns, groups, notes)


def fold(found: list[Shown], rows: list[dict[str, str]]) -> tuple[list[Shown], list[Shown]]:
    """(open, folded) of what is shown of the experiments of a dataset: of more than FEW, those stand open that are in
    the paper's Tables 1 and 2. rows: of these tables, see Sources."""
    main = {row["experiment"] for row in rows if row["paper"]}
    if len(found) <= FEW:
        return found, []
    shown = [one for one in found if one.experiment in main] or found[:FEW]
    return shown, [one for one in found if one not in shown]


def method_grids(sources: Sources) -> list[Grid]:
    """Grids of the paper's Tables 1 and 2: all methods as printed, with our figures beside them."""
    columns = [Column(title, left=True) for title in ("method", "data", "feature")]
    columns += [Column("paper %"), Column("ours %"), Column("ours is on", left=True), Column("interval %")]
    grids = []
    for name, collection in (("table1", "BU-3DFE"), ("table2", "Bosphorus")):
        rows = sources.tables[name]
        kind = "synthetic" if any(row["our_data"] == "synthetic" for row in rows) else ""
        lines = [_method(row) for row in rows]
        grids.append(
            Grid(f"Table {name[-1]} of the paper: methods on {collection}.", columns, [Group("", kind, lines)])
        )
    return grids


def _method(row: dict[str, str]) -> list[Cell]:
    printed = cells(row["method"], row["modality"], row["feature"], row["paper"])
    if row["our_dataset"] and not row["ours"]:
        return [*printed, Cell("", missing=True), Cell(row["our_dataset"]), Cell("", missing=True)]
    mark = "*" if row["our_data"] == "synthetic" and row["ours"] else ""
    return [*printed, *cells(row["ours"] + mark, row["our_dataset"], pair(row["interval_low"], row["interval_high"]))]
