"""report.html: one file with everything in it, which loads nothing and can be read without JavaScript."""

import json
import os
import pathlib
from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

import pandas as pd

from ffnet.origin import OWN, PAPERS, SYNTHETIC
from ffnet.results.audit.leakage import leak_warnings
from ffnet.results.report.cleaning_view import cleaning_view
from ffnet.results.report.confusion_cards import ConfusionCard, confusion_cards
from ffnet.results.report.expenses import stage_view, total_times, training_view, version_view, with_times
from ffnet.results.report.html_table import HtmlTable, dataset_title, html_table
from ffnet.results.report.pictures import embed
from ffnet.results.report.plots import LearningCurves, interval_plots, learning_curves
from ffnet.results.report.robustness_section import RobustnessFiles, robustness_section
from ffnet.results.report.sources import Sources
from ffnet.results.tables.all_tables import all_tables
from ffnet.results.tables.columns import DATA, DATASET
from ffnet.results.tables.comparison_table import differ
from ffnet.results.tables.table import Column, View, named, rows_of
from ffnet.storage import write_text

HERE = pathlib.Path(__file__).parent
FEW = 4  # experiments of a dataset that are all shown expanded, where there are no more
Card = TypeVar("Card", ConfusionCard, LearningCurves)


def write_report(
    path: str | os.PathLike,
    sources: Sources,
    experiments: Sequence[str],
    config: dict,
    robustness: RobustnessFiles | None = None,
) -> None:
    """Writes the page. experiments: names of those that config.yaml asks for, in order. config: all of config.yaml as
    plain values. robustness: of a test that was run, or None. The same content gives the same bytes."""
    write_text(path, render(contents(sources, experiments, config, robustness)))


def contents(
    sources: Sources, experiments: Sequence[str], config: dict, robustness: RobustnessFiles | None = None
) -> dict[str, object]:
    """name -> what page.html shows, see there."""
    changed_scans = robustness_section(robustness)
    frames, datasets = sources.frames, sources.datasets
    ticks, plots = interval_plots(frames["accuracy"], datasets)
    runs = int(frames["accuracy"]["runs"].sum())
    main = main_experiments(frames["paper"])
    confusion = confusion_cards(frames["confusion"], frames["classes"], datasets)
    learning = learning_curves(sources.records, datasets)
    return {
        "partial": sources.partial,
        "runs": runs,
        "planned": len(frames["runs"]) if sources.partial else runs,
        "datasets": datasets,
        "kinds": {
            kind: [name for name, info in datasets.items() if info.kind == kind] for kind in (SYNTHETIC, PAPERS, OWN)
        },
        "titles": {name: dataset_title(name, info) for name, info in datasets.items()},
        "leaks": [] if sources.partial else leak_warnings(frames["leakage"]),
        "audited": 0 if sources.partial else frames["leakage"]["runs_audited"].sum(),
        "experiments": experiments,
        "not_planned": [name for name in config["experiments"] if name not in experiments],
        "tables": html_tables(sources, experiments),
        "ticks": ticks,
        "plots": plots,
        "confusion": {name: split_open(cards, main.get(name, ())) for name, cards in confusion.items()},
        "learning": {name: split_open(cards, main.get(name, ())) for name, cards in learning.items()},
        "watched": any("people" in record for record in sources.records.values()),
        "test_watched": any("best_epoch_gain" in record for record in sources.records.values()),
        "differences": differences(frames["comparisons"]),
        "pictures": {key: embed(picture) for key, picture in sources.pictures.items()},
        "robustness": changed_scans and changed_scans.picture,
        "robustness_table": changed_scans and html_table(changed_scans.view, datasets),
        "left_out": [(name, len(rows), sources.taken[name]) for name, rows in sources.quarantine.items()],
        "times": total_times(sources),
        "config": config_text(config),
    }


def html_tables(sources: Sources, experiments: Sequence[str]) -> dict[str, HtmlTable]:
    """name -> HtmlTable of all tables for people, and of those that only the page has."""
    frames, datasets = sources.frames, sources.datasets
    views = {name: table.view for name, table in all_tables(frames).items() if table.view}
    views["accuracy"] = with_missing_rows(views["accuracy"], sources, experiments)
    views |= {name: with_times(views[name], sources.records) for name in ("table1", "table2")}
    if sources.partial:
        views["missing"] = incomplete_only(views["missing"])
    views |= {
        "quarantine": quarantine_view(sources),
        "cleaning": cleaning_view(sources),
        "stages": stage_view(sources),
        "training": training_view(sources),
        "versions": version_view(sources.records),
    }
    return {name: html_table(view, datasets) for name, view in views.items()}


def with_missing_rows(view: View, sources: Sources, experiments: Sequence[str]) -> View:
    """The View of `accuracy` with a row for every experiment on every dataset, those without a run empty."""
    rows = {(row["dataset"], row["experiment"]): row for row in view.rows}
    empty = {
        (dataset, name): {"dataset": dataset, "data": info.kind, "experiment": name, "missing": True}
        for dataset, info in sources.datasets.items()
        for name in experiments
    }
    return view._replace(rows=list((empty | rows).values()))


def incomplete_only(view: View) -> View:
    """The View of `missing` without the experiments of which all runs are made."""
    return view._replace(rows=[row for row in view.rows if row["made"] < row["runs planned"]])


def quarantine_view(sources: Sources) -> View:
    """The View of every scan that was left out, with the reason."""
    rows = [
        row._asdict() | {"dataset": name, "data": sources.datasets[name].kind}
        for name, rejected in sources.quarantine.items()
        for row in rejected
    ]
    stage = Column("stage", heading="left out by", left=True)
    columns = [DATASET, DATA, *named("scan", left=True), stage, *named("reason", left=True)]
    return View("Scans that were left out", columns, rows)


def differences(comparisons: pd.DataFrame) -> list[tuple[str, int, int]]:
    """[(dataset, pairs of experiments that differ, all pairs)]: by the corrected t-test and Holm's correction."""
    return [
        (dataset, sum(map(differ, rows_of(frame))), len(frame))
        for dataset, frame in comparisons.groupby("dataset", sort=False)
    ]


def main_experiments(paper: pd.DataFrame) -> Mapping[str, set[str]]:
    """dataset -> the experiments that are, or are named as, those that the paper has in Table 1 or 2."""
    rows = paper[paper["source"].isin(["Table 1", "Table 2"])]
    rows = rows[rows["model"].isin(rows["method"][rows["paper"] != ""])]
    return {name: set(rows["experiment"][rows["our_dataset"] == name]) for name in paper["our_dataset"].unique()}


def split_open(cards: list[Card], main: Collection[str]) -> tuple[list[Card], list[Card]]:
    """(expanded, collapsed) of the cards of a dataset's experiments: of more than FEW only the main ones, if there are
    any, else the first few, are expanded."""
    if len(cards) <= FEW:
        return cards, []
    expanded = [card for card in cards if card.experiment in main] or cards[:FEW]
    return expanded, [card for card in cards if card not in expanded]


def render(shown: Mapping[str, object]) -> str:
    """The page of contents(); every text in it is escaped."""
    import jinja2

    loader = jinja2.FileSystemLoader(HERE)
    templates = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    parts = {name: (HERE / f"page.{name}").read_text("utf-8") for name in ("css", "js")}
    return templates.get_template("page.html").render(**shown, **parts)


def config_text(config: dict) -> str:
    """config as YAML, its sections in their order."""
    import yaml

    plain = json.loads(json.dumps(config))
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100)
