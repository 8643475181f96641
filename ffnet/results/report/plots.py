"""Where the marks of the page's plots stand; page.html draws them as SVG.

Places are percent of the plot's width or height, so that a plot fits a phone and a wide screen with letters of the
same size.
"""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

STEP = 10  # percent between two lines of the axis of accuracy; half of it where the axis is short


class Bar(NamedTuple):
    """The line of one experiment: places (percent of the width) of its accuracy, its interval's ends, the naive ones,
    chance and the paper's figure; None where there is none. text: the same in words."""

    experiment: str
    mean: float
    corrected: tuple[float, ...] | None
    naive: tuple[float, ...] | None
    chance: float | None
    paper: float | None
    text: str


class Curve(NamedTuple):
    """line, band: points of SVG in a square of 100 x 100, y downwards. top: the value at the upper edge, as text.
    last: the value after the last epoch and its spread, as text."""

    line: str
    band: str
    top: str
    last: str


def axis(rows: Iterable[dict[str, str]]) -> tuple[list[tuple[int, float]], Callable[[float], float]]:
    """(ticks as (percent, place), place of a percent) for rows of the tables accuracy and intervals.

    Chance may lie to the left of it: the differences between experiments are small beside that to chance.
    """
    names = ("accuracy", "interval_low", "corrected_low", "naive_low", "paper, on the real collection")
    values = [float(row[name]) for row in rows for name in names if row.get(name)]
    low = min(90, STEP * math.floor(min(values, default=0) / STEP))

    def place(value: float) -> float:
        return round(100 * (value - low) / (100 - low), 3)

    return [(tick, place(tick)) for tick in range(low, 101, STEP // 2 if low >= 60 else STEP)], place


def bars(accuracy: list[dict[str, str]], intervals: list[dict[str, str]], place: Callable[[float], float]) -> list[Bar]:
    """The Bars of one dataset's rows of the tables accuracy and intervals, which go in step."""
    found = []
    for row, ends in zip(accuracy, intervals, strict=True):
        printed = row["paper, on the real collection"]
        corrected = ends["corrected_low"], ends["corrected_high"]
        naive = ends["naive_low"], ends["naive_high"]
        words = f"{row['experiment']}: {row['accuracy']}%"
        if corrected[0]:
            words += f", corrected {corrected[0]} to {corrected[1]}, naive {naive[0]} to {naive[1]}"
        found.append(
            Bar(
                row["experiment"],
                place(float(row["accuracy"])),
                tuple(place(float(end)) for end in corrected) if corrected[0] else None,
                tuple(place(float(end)) for end in naive) if naive[0] else None,
                chance if (chance := place(float(row["chance"]))) >= 0 else None,
                place(float(printed)) if printed else None,
                words,
            )
        )
    return found


def curve(epochs: list[dict], name: str, top: float) -> Curve | None:
    """The Curve of one quantity over the epochs of gather_records; None where there are none or none is finite.

    name: loss or accuracy. top: value at the upper edge; the lower is 0. The band is one standard deviation up and
    down, cut at the edges.
    """
    known = [(row["epoch"], row[name]["mean"], row[name]["sd"] or 0.0) for row in epochs]
    known = [(epoch, mean, sd) for epoch, mean, sd in known if math.isfinite(mean) and math.isfinite(sd)]
    if not known:
        return None
    most = epochs[-1]["epoch"]

    def point(epoch: int, value: float) -> str:
        x = 50.0 if most == 1 else 100 * (epoch - 1) / (most - 1)
        return f"{x:.2f},{100 * (1 - min(max(value / top, 0), 1)):.2f}"

    line = [point(epoch, mean) for epoch, mean, _ in known]
    band = [point(epoch, mean + sd) for epoch, mean, sd in known]
    band += [point(epoch, mean - sd) for epoch, mean, sd in reversed(known)]
    _, mean, sd = known[-1]
    share = name == "accuracy"
    last = f"{100 * mean:.1f} ± {100 * sd:.1f}%" if share else f"{mean:.3f} ± {sd:.3f}"
    return Curve(
        " ".join(line * 2 if len(line) == 1 else line), " ".join(band), f"{top:.0%}" if share else f"{top:g}", last
    )


def loss_top(records: Iterable[dict]) -> float:
    """A round number above every loss of the records, the upper edge of all plots of it."""
    ends = [row["loss"]["mean"] + (row["loss"]["sd"] or 0.0) for record in records for row in record["epochs"]]
    most = max((end for end in ends if math.isfinite(end)), default=1.0)
    unit = 10 ** math.floor(math.log10(max(most, 1e-6)))
    return round(next(unit * step for step in (1, 2, 3, 4, 5, 6, 8, 10, 20) if unit * step >= most), 9)
