"""Where the marks of the page's plots are; parts.html draws them as SVG.

Positions are percent of the plot's width or height, so that a plot fits a phone and a wide screen with letters of the
same size.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from ffnet.results.report.html_table import dataset_title
from ffnet.results.run_records import Records
from ffnet.results.tables.accuracy_table import PAPER_HEADING
from ffnet.results.tables.number_text import interval
from ffnet.results.tables.table import Row, rows_of
from ffnet.results.tested_experiments import DatasetInfo

STEP = 10  # percent between two lines of the axis of accuracy; half of it where the axis is short


class Bar(NamedTuple):
    """The line of one experiment: positions (percent of the width) of its accuracy, the two ends of its intervals,
    chance and the paper's figure; None where there is none. text: the same in words."""

    experiment: str
    mean: float
    corrected: list[float] | None
    naive: list[float] | None
    chance: float | None
    paper: float | None
    text: str


class BarPlot(NamedTuple):
    """The Bars of one dataset. kind: of its data."""

    title: str
    kind: str
    bars: list[Bar]


class Curve(NamedTuple):
    """line, band: points of SVG in a square of 100 x 100, y downwards. top: the value at the upper edge, as text.
    last: the value after the last epoch and its spread, as text."""

    line: str
    band: str
    top: str
    last: str


class LearningCurves(NamedTuple):
    """The curves of one experiment; epochs: how many; runs: that the mean goes over. panels: quantity -> its Curves on
    the training half, the validation part and the test half, None where there is none or nothing finite."""

    experiment: str
    runs: int
    epochs: int
    panels: dict[str, tuple[Curve | None, Curve | None, Curve | None]]


def interval_plots(
    accuracy: pd.DataFrame, datasets: Mapping[str, DatasetInfo]
) -> tuple[list[tuple[int, float]], list[BarPlot]]:
    """(ticks, BarPlots of all datasets on one axis), from accuracy_frame."""
    ticks, position = axis(accuracy)
    plots = []
    for dataset, info in datasets.items():
        rows = rows_of(accuracy[accuracy["dataset"] == dataset])
        if rows:
            plots.append(BarPlot(dataset_title(dataset, info), info.kind, [bar(row, position) for row in rows]))
    return ticks, plots


def axis(accuracy: pd.DataFrame) -> tuple[list[tuple[int, float]], Callable[[float], float]]:
    """(ticks as (percent, position), position of a percent) for accuracy_frame.

    Chance may lie to the left of it: the differences between experiments are small beside that to chance.
    """
    values = accuracy[["accuracy", "interval_low", "naive_low", PAPER_HEADING]].to_numpy(float)
    low = min(90, STEP * math.floor(values[np.isfinite(values)].min(initial=100) / STEP))

    def position(value: float) -> float:
        return round(100 * (value - low) / (100 - low), 3)

    return [(tick, position(tick)) for tick in range(low, 101, STEP // 2 if low >= 60 else STEP)], position


def bar(row: Row, position: Callable[[float], float]) -> Bar:
    """The Bar of a row of accuracy_frame. position: see axis."""
    corrected, naive = [row["interval_low"], row["interval_high"]], [row["naive_low"], row["naive_high"]]
    words = f"{row['experiment']}: {row['accuracy']:.2f}%"
    if not math.isnan(corrected[0]):
        words += f", corrected {interval(*corrected)}, naive {interval(*naive)}"
    chance = position(row["chance"])
    return Bar(
        row["experiment"],
        position(row["accuracy"]),
        None if math.isnan(corrected[0]) else [position(end) for end in corrected],
        None if math.isnan(naive[0]) else [position(end) for end in naive],
        chance if chance >= 0 else None,
        None if math.isnan(row[PAPER_HEADING]) else position(row[PAPER_HEADING]),
        words,
    )


def learning_curves(records: Records, datasets: Iterable[str]) -> dict[str, list[LearningCurves]]:
    """dataset -> LearningCurves of all experiments that were trained in epochs; losses on one scale."""
    top = loss_top(records.values())
    curves: dict[str, list[LearningCurves]] = {}
    for dataset in datasets:
        for (of, experiment), record in records.items():
            epochs = record["epochs"]
            if of == dataset and epochs:
                panels = {
                    name: (
                        curve(epochs, name, edge),
                        curve(epochs, f"validation_{name}", edge),
                        curve(epochs, f"test_{name}", edge),
                    )
                    for name, edge in (("loss", top), ("accuracy", 1.0))
                }
                curves.setdefault(dataset, []).append(LearningCurves(experiment, record["runs"], len(epochs), panels))
    return curves


def curve(epochs: Sequence[dict], name: str, top: float) -> Curve | None:
    """The Curve of one quantity over the epochs of gather_records; None where there are none or none is finite.

    name: loss or accuracy, or validation_ or test_ and one of them. top: value at the upper edge; the lower is 0. The
    band is one standard deviation up and down, cut at the edges.
    """
    known = [(row["epoch"], row[name]["mean"], row[name]["sd"] or 0.0) for row in epochs if name in row]
    known = [(epoch, mean, sd) for epoch, mean, sd in known if math.isfinite(mean) and math.isfinite(sd)]
    if not known:
        return None
    count = epochs[-1]["epoch"]

    def point(epoch: int, value: float) -> str:
        x = 50.0 if count == 1 else 100 * (epoch - 1) / (count - 1)
        return f"{x:.2f},{100 * (1 - min(max(value / top, 0), 1)):.2f}"

    line = [point(epoch, mean) for epoch, mean, _ in known]
    band = [point(epoch, mean + sd) for epoch, mean, sd in known]
    band += [point(epoch, mean - sd) for epoch, mean, sd in reversed(known)]
    _, mean, sd = known[-1]
    share = name.endswith("accuracy")
    last = f"{100 * mean:.1f} ± {100 * sd:.1f}%" if share else f"{mean:.3f} ± {sd:.3f}"
    return Curve(
        " ".join(line * 2 if len(line) == 1 else line), " ".join(band), f"{top:.0%}" if share else f"{top:g}", last
    )


def loss_top(records: Iterable[dict]) -> float:
    """A round number above every loss of the records, the upper edge of all plots of it."""
    rows = [row for record in records for row in record["epochs"]]
    losses = [row[name] for row in rows for name in ("loss", "validation_loss", "test_loss") if name in row]
    ends = [loss["mean"] + (loss["sd"] or 0.0) for loss in losses]
    most = max((end for end in ends if math.isfinite(end)), default=1.0)
    unit = 10 ** math.floor(math.log10(max(most, 1e-6)))
    return round(next(unit * step for step in (1, 2, 3, 4, 5, 6, 8, 10, 20) if unit * step >= most), 9)
