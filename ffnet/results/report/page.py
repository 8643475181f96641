"""report.html: one file with everything in it, which loads nothing and can be read without JavaScript."""

import json
import os
import pathlib
from collections.abc import Sequence

from ffnet.results.report import ablation, evidence, expenses, headline
from ffnet.results.report.grid import group_title
from ffnet.results.report.pictures import embed
from ffnet.results.report.sources import Sources
from ffnet.results.tested_experiments import DatasetInfo
from ffnet.storage import write_text

HERE = pathlib.Path(__file__).parent
PARTS = ("page.html", "parts.html", "page.css", "page.js")


def write_report(
    path: str | os.PathLike,
    sources: Sources,
    collections: dict[str, DatasetInfo],
    experiments: Sequence[str],
    config: dict,
) -> None:
    """Writes the page. collections: dataset -> DatasetInfo. experiments: names of those that are to be run, in
    order. config: all of config.yaml as plain values. The same content gives the same bytes."""
    write_text(path, render(contents(sources, collections, experiments, config)))


def contents(
    sources: Sources, collections: dict[str, DatasetInfo], experiments: Sequence[str], config: dict
) -> dict[str, object]:
    """name -> what page.html shows, see there."""
    ticks, plots = headline.interval_plot(sources, collections)
    runs, missing = sum(int(row["runs"]) for row in sources.tables["accuracy"]), len(sources.tables["missing"])
    methods = [row for name in ("table1", "table2") for row in sources.tables[name]]

    def folded(found: dict[str, list[headline.Shown]]) -> dict[str, tuple[list[headline.Shown], list[headline.Shown]]]:
        rows = {name: [row for row in methods if row["our_dataset"] == name] for name in found}
        return {name: headline.fold(here, rows[name]) for name, here in found.items()}

    return {
        "so_far": sources.so_far,
        "runs": runs,
        "wanted": runs + missing,
        "missing": headline.missing_grid(sources, collections, experiments),
        "synthetic": [name for name, collection in collections.items() if collection.synthetic],
        "licensed": [name for name, collection in collections.items() if not collection.synthetic],
        "leaks": evidence.leaks(sources),
        "experiments": experiments,
        "idle": [name for name in config["experiments"] if name not in experiments],
        "accuracy": headline.headline(sources, collections, experiments),
        "ticks": ticks,
        "plots": plots,
        "intervals": headline.interval_grid(sources, collections),
        "methods": headline.method_grids(sources),
        "matrices": folded(evidence.matrices(sources, collections)),
        "arguments": ablation.argument_grids(sources, collections),
        "ablation": ablation.ablation_grids(sources, collections),
        "comparisons": evidence.comparison_grid(sources, collections),
        "differences": evidence.differences(sources),
        "subjects": evidence.subject_grid(sources, collections),
        "lessons": folded(expenses.lessons(sources, collections)),
        "pictures": {key: embed(picture) for key, picture in sources.pictures.items()},
        "collections": collections,
        "titles": {name: group_title(name, collection) for name, collection in collections.items()},
        "quarantine": evidence.quarantine_grid(sources, collections),
        "left_out": evidence.quarantine_counts(sources),
        "leakage": evidence.leakage_grid(sources, collections),
        "audited": evidence.audited_runs(sources),
        "spent": expenses.sums(sources),
        "stages": expenses.stage_grid(sources, collections),
        "training": expenses.training_grid(sources, collections),
        "versions": expenses.version_grid(sources),
        "config": config_text(config),
    }


def render(shown: dict[str, object]) -> str:
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
