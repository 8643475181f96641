"""Accuracy by severity, a panel for each kind of change."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ffnet.figures.saving import blank_figure
from ffnet.results.tables.table import rows_of
from ffnet.robustness.settings import UNCHANGED
from ffnet.robustness.severity_table import GENERATOR

COLUMNS, WIDTH, HEIGHT = 4, 3.3, 2.6  # panels in a row, inches of a panel
COLOURS = ("#0072b2", "#009e73", "#e69f00", "#000000", "#cc79a7", "#56b4e9", "#d55e00")  # Okabe and Ito's
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LOST, CHANCE, REST = "#cfcfcf", "#888888", "#555555"
SPREAD = 0.24  # from the first experiment's points to the last's about a severity
LABELS = {
    "yaw": "yaw, degrees",
    "pitch": "pitch, degrees (above 0: down)",
    "roll": "roll, degrees",
    "lamp": "lamp, degrees aside",
    "dim": "dimmed to",
    "noise": "noise along the view, mm",
    "holes": "holes",
    "hand": "width of a hand over the mouth, mm",
    "glasses": "width of the rims of dark glasses, mm",
    "blur": "blur of the texture, mm",
    "thin": "share of points",
}
NEUTRAL = {"dim": 1.0, "thin": 1.0, "lamp": None, "hand": None, "glasses": None}  # severity that changes nothing, or 0


def robustness_figure(frame: pd.DataFrame, title: str, confidence: float, classes: int) -> Figure:
    """A Figure of the table of severity_table: accuracy with its interval, and the share of scans that were lost.

    confidence: of the intervals. classes: how many, for the line at chance.
    """
    axes = [name for name in dict.fromkeys(frame["axis"]) if name != UNCHANGED.axis]
    experiments = list(dict.fromkeys(frame["experiment"]))
    rows = -(-(len(axes) + 1) // COLUMNS)
    columns = min(COLUMNS, len(axes) + 1)
    figure = blank_figure(columns * WIDTH, rows * HEIGHT + 0.5)
    panels = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
    for panel, axis in zip(panels, axes, strict=False):
        draw_axis(panel, frame, axis, experiments)
        panel.axhline(100 / classes, color=CHANCE, linewidth=0.8, linestyle="--", zorder=2)
    draw_legend(panels[len(axes)], experiments, confidence, [name for name in axes if is_generators(frame, name)])
    for panel in panels[len(axes) + 1 :]:
        panel.set_axis_off()
    for panel in panels[::columns]:
        panel.set_ylabel("% of scans", fontsize=9)
    figure.suptitle(title, fontsize=12, y=1 - 0.12 / (rows * HEIGHT + 0.5))
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.25 / (rows * HEIGHT + 0.5)))
    return figure


def draw_axis(panel: Axes, frame: pd.DataFrame, axis: str, experiments: list[str]) -> None:
    """One kind of change: a group of points for each severity, the unchanged scans where they belong."""
    chosen = frame[frame["axis"].isin([axis, UNCHANGED.axis])].copy()
    severities, names = places(chosen[chosen["axis"] == axis]["severity"].unique(), NEUTRAL.get(axis, 0.0))
    chosen["place"] = [
        severities[None if row["axis"] == UNCHANGED.axis else row["severity"]] for row in rows_of(chosen)
    ]
    lost = chosen[chosen["experiment"] == experiments[0]]
    panel.bar(lost["place"], 100 * lost["lost"] / lost["scans"], width=0.8, color=LOST, zorder=1)
    for number, experiment in enumerate(experiments):
        points = chosen[chosen["experiment"] == experiment].sort_values("place")
        aside = SPREAD * (number / (len(experiments) - 1) - 0.5) if len(experiments) > 1 else 0.0
        colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
        reach = np.abs(points[["low", "high"]].to_numpy().T - points["accuracy"].to_numpy())
        x = points["place"] + aside
        panel.errorbar(x, points["accuracy"], np.nan_to_num(reach), None, color=colour, marker=marker, markersize=4,
                       linewidth=1.1, elinewidth=0.8, zorder=3)  # fmt: skip
        panel.plot(x, points["accuracy_of_rest"], color=colour, linestyle=":", linewidth=1, zorder=2)
    panel.set_xticks(range(len(names)), names, fontsize=8)
    panel.set_xlabel(LABELS[axis], fontsize=9)
    panel.set_ylim(0, 103)
    panel.tick_params(axis="y", labelsize=8)
    panel.spines[["top", "right"]].set_visible(False)


def places(severities: np.ndarray, neutral: float | None) -> tuple[dict[float | None, int], list[str]]:
    """({severity: its place from 0}, the labels of the places); None is the unchanged scans.

    neutral: the severity that changes nothing, among which the unchanged scans are placed in order, or None: first.
    """
    listed = [float(value) for value in severities if value != neutral]
    numbers = np.sort(np.array([*listed, *([] if neutral is None else [neutral])]))
    start = listed[0] if neutral is None or len(listed) > 1 else neutral
    falling = bool(listed) and start > listed[-1]
    ordered: list[float | None] = list(numbers[::-1] if falling else numbers)
    if neutral is None:
        ordered = [None, *ordered]
    found = {value: place for place, value in enumerate(ordered)}
    found[None] = found[neutral]
    return found, ["none" if value is None else f"{value:g}" for value in ordered]


def is_generators(frame: pd.DataFrame, axis: str) -> bool:
    """Whether the generator made a kind of change before it scanned."""
    return bool((frame[frame["axis"] == axis]["geometry"] == GENERATOR).all())


def draw_legend(panel: Axes, experiments: list[str], confidence: float, studio: list[str]) -> None:
    """What the lines, bars and colours are, in a panel of its own. studio: the axes that the generator changed."""
    panel.set_axis_off()
    for number, experiment in enumerate(experiments):
        panel.plot([], [], color=COLOURS[number % len(COLOURS)], marker=MARKERS[number % len(MARKERS)], markersize=4,
                   label=experiment)  # fmt: skip
    panel.plot([], [], color=REST, linestyle=":", label="of the scans that were not lost")
    panel.plot([], [], color=CHANCE, linestyle="--", linewidth=0.8, label="chance")
    panel.add_patch(Rectangle((0, 0), 0, 0, color=LOST, label="scans that preprocessing lost"))
    panel.legend(loc="upper left", fontsize=8, frameon=False, borderaxespad=0)
    note = f"Accuracy counts lost scans as wrong. Vertical lines: {confidence:.0%} interval over people."
    if studio:
        note += f" The generator made {', '.join(studio)} before it scanned; the rest is made on the mesh."
    panel.text(0.02, 0.0, textwrap.fill(note, 44), fontsize=7.5, transform=panel.transAxes)
