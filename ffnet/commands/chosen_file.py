"""What `choose` found: its ranking as a table, and the best settings as a file for `snakemake --configfile`."""

import textwrap
from collections.abc import Callable, Mapping, Sequence

import yaml

from ffnet.commands.choose_grid import Point, value_text
from ffnet.results.statistics.ranking import Ranked
from ffnet.results.tables.number_text import interval
from ffnet.results.tables.table import Column, Row, Table, frame_of
from ffnet.workflow.planning import count_splits

WIDTH = 118  # letters of a line of the comment, without its sign


def percent(share: float) -> str:
    """A share as text."""
    return f"{100 * share:.2f}%"


def ranking_table(ranked: Sequence[Ranked], points: Sequence[Point], confidence: float) -> Table:
    """The Table `ranking` of all settings, the best first."""
    rows = []
    for place, one in enumerate(ranked, start=1):
        point = points[one.number]
        shares = {name: 100 * value for name, value in one._asdict().items() if name not in ("number", "loss")}
        values = {key: value_text(value) for key, value in point.values.items()}
        rows.append({"rank": place, **values, **shares, "loss": one.loss, "own": "yes" if point.own else ""})
    level = f"{confidence:.0%} interval"
    columns = (
        Column("rank", "by accuracy; of equal ones by loss", heading="rank"),
        *(Column(key, "value of this key", heading=key) for key in points[0].values),
        Column("accuracy", "percent, mean over people", ".2f", "accuracy %"),
        Column("low", "percent, lower end of its interval over people", ".2f", level, _ends("low", "high")),
        Column("high", "percent, upper end", ".2f"),
        Column("below", "percentage points below the best, person by person", ".2f", "below best"),
        Column("below_low", "lower end of its interval", ".2f", level, _ends("below_low", "below_high")),
        Column("below_high", "upper end", ".2f"),
        Column("loss", "mean cross-entropy", ".3f", "loss"),
        Column("own", "yes: what the settings have without a choice", heading="set now"),
    )
    return Table("ranking", "Ranking", columns, frame_of(rows, columns))


def _ends(low: str, high: str) -> Callable[[Row], str]:
    return lambda row: interval(row[low], row[high])


def chosen_text(
    ranked: Sequence[Ranked],
    points: Sequence[Point],
    dataset: str,
    experiment: str,
    split: Mapping[str, int],
    base: str | None,
    audited: str,
) -> str:
    """The best settings as YAML, below a comment that says how they were chosen. split: who chose. base: the file of
    overrides that they were chosen with, or None. audited: what the audit says."""
    best, point = ranked[0], points[ranked[0].number]
    protocol, folds = point.config.protocol, max(split.values()) + 1
    grid = {key: list(dict.fromkeys(value_text(one.values[key]) for one in points)) for key in point.values}
    tried = "; ".join(f"{key} {', '.join(values)}" for key, values in grid.items())
    own = [one for one in ranked if points[one.number].own]
    beside = (
        f" The settings as they were: {percent(own[0].accuracy)}, {_reach(own[0].below_low, own[0].below_high)} below."
        if own and own[0] is not best
        else " These are the settings as they were."
        if own
        else ""
    )
    drawn = f", protocol.redraw in {count_splits(point.config)} repeats" if protocol.redraw else ""
    paragraphs = [
        f"Chosen by `ffnet choose {dataset} {experiment}` among {len(points)} settings: {tried}.",
        f"People: {len(split)} of {dataset} who do not take part in the protocol (protocol.subjects"
        f" {protocol.subjects}, protocol.seed {protocol.seed}{drawn}), in {folds} folds; training.seed"
        f" {point.config.training.seed}: {', '.join(sorted(split))}.",
        f"Accuracy on them: {percent(best.accuracy)}, interval over people {interval(100 * best.low, 100 * best.high)}."
        f"{beside} The best of several is partly luck: quote the accuracy on test people, and do not let the protocol"
        " test these people later.",
        f"{audited[0].upper()}{audited[1:]}.",
        f"Use: snakemake --cores all --configfile {f'{base} ' if base else ''}FILE, with the name of this file.",
    ]
    lines = [line for text in paragraphs for line in textwrap.wrap(text, WIDTH)]
    comment = "".join(f"# {line}\n" for line in lines)
    return comment + yaml.safe_dump(point.overrides, sort_keys=False, default_flow_style=None)


def _reach(low: float, high: float) -> str:
    return f"{interval(100 * low, 100 * high)} percentage points"
