"""The confusion matrix of an experiment as a picture (paper, Fig. 4)."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from ffnet.expressions import EXPRESSIONS
from ffnet.figures.saving import blank_figure
from ffnet.results.statistics.accuracy import Accuracy

WIDTH, HEIGHT = 5.4, 5.5  # inches
LEFT, BOTTOM, SIDE = 1.3, 0.95, 3.9  # of the matrix, inches
HUE = "Blues"  # one hue, light to dark: readable in grey and by the colour-blind


def confusion_figure(matrix: np.ndarray, title: str, classes: Sequence[str] = EXPRESSIONS) -> Figure:
    """A matplotlib Figure of a confusion matrix.

    matrix: (n, n) float, percent, rows true, columns predicted; NaN in the row of an expression that no scan shows.
    classes: their n names.
    """
    figure = blank_figure(WIDTH, HEIGHT)
    axes = figure.add_axes((LEFT / WIDTH, BOTTOM / HEIGHT, SIDE / WIDTH, SIDE / HEIGHT))
    colours = matplotlib.colormaps[HUE].with_extremes(bad="white")
    image = axes.imshow(matrix, cmap=colours, vmin=0, vmax=100)
    for (row, column), value in np.ndenumerate(matrix):
        if not np.isnan(value):
            ink = _ink_on(image.cmap(image.norm(value)))
            weight = "bold" if row == column else "normal"
            axes.text(column, row, f"{value:.1f}", ha="center", va="center", color=ink, fontsize=11, fontweight=weight)
    places = range(len(classes))
    axes.set_xticks(places, classes, rotation=35, ha="right", rotation_mode="anchor", fontsize=10)
    axes.set_yticks(places, classes, fontsize=10)
    axes.set_xlabel("predicted expression", fontsize=11)
    axes.set_ylabel("true expression (each row: 100%)", fontsize=11, labelpad=7)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    edges = np.arange(len(classes) + 1) - 0.5
    axes.hlines(edges, edges[0], edges[-1], color="white", linewidth=1.5)
    axes.vlines(edges, edges[0], edges[-1], color="white", linewidth=1.5)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(edges[-1], edges[0])
    figure.text(0.5, 1 - 0.1 / HEIGHT, title, ha="center", va="top", fontsize=11, linespacing=1.35)
    return figure


def confusion_title(dataset: str, experiment: str, synthetic: bool, accuracy: Accuracy) -> str:
    """Two lines: what was tested on what, how often, and how well."""
    runs = accuracy.repeats * accuracy.folds
    data = f"{dataset}, synthetic data" if synthetic else dataset
    return (
        f"{experiment} on {data}\n"
        f"accuracy {100 * accuracy.mean:.2f}%, {runs} runs ({accuracy.repeats} x {accuracy.folds} folds)"
    )


def _ink_on(colour: Sequence[float] | np.ndarray) -> str:
    """Black or white, whichever contrasts more with an RGBA colour (relative luminance of WCAG 2)."""
    channels = np.array(colour[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = linear @ (0.2126, 0.7152, 0.0722)
    return "black" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "white"
