"""A scan and its prediction: its maps, the probabilities, and the pixels behind the prediction."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from scipy.ndimage import gaussian_filter

from ffnet.figures.maps_figure import pictures, plot_landmarks
from ffnet.figures.saving import blank_figure
from ffnet.predict.predictor import Columns
from ffnet.predict.saliency import Saliency

MODALITIES = ("texture", "depth", "normals")
PANEL, GAP, LEFT, CAPTION, SCALE = 1.7, 0.08, 0.12, 0.24, 0.6  # inches: of the maps, and of the colour scale below
BARS, RIGHT, BAR, LEAST_BAR = 1.55, 0.62, 0.3, 0.17  # inches: of the probabilities
TITLE, NAME, WORDS = 10, 9, 8  # points
HINTING = 1.12  # by how much small letters may be drawn wider than their outlines are
LINE = 1.35 / 72  # inches from line to line for each point of size
CHOSEN, OTHER = "#0072b2", "#c4c4c4"  # blue and grey differ in lightness, too
SIGNED = "PuOr_r"  # purple to orange through white, told apart with every kind of colour vision
BLUR = 1.0  # pixels, standard deviation: single pixels of a gradient say little
COVERED = 0.995  # share of the pixels inside the colour scale


def prediction_figure(
    columns: Columns, probabilities: np.ndarray, classes: Sequence[str], saliency: Saliency, title: str
) -> Figure:
    """A matplotlib Figure of one scan.

    columns: of a shard of this scan alone, its texture scaled "plain". probabilities: (classes,). classes: their
    names. saliency: the Saliency for the most probable of them. title: broken into lines where
    it is too long for one.
    """
    seen, bound = classes[int(np.argmax(probabilities))], scale_bound(saliency.maps)
    names = max(inches(name, NAME, "bold") for name in classes) + 3 * GAP
    width = LEFT + 3 * (PANEL + GAP) + names + BARS + RIGHT
    heading = fitting_lines(title, width - 2 * LEFT, TITLE)
    below = fitting_lines(explanation(seen, saliency), width - 2 * LEFT, WORDS)
    under = LEFT + len(below) * WORDS * LINE
    bars = min(BAR, max((2 * PANEL + CAPTION) / len(classes), LEAST_BAR)) * len(classes)
    top = under + max(SCALE + 2 * PANEL + CAPTION, bars + GAP)
    low = top - 2 * PANEL - CAPTION
    height = top + CAPTION + GAP + len(heading) * TITLE * LINE
    figure = blank_figure(width, height)

    def axes_at(left: float, low: float, wide: float, high: float) -> Axes:
        return figure.add_axes((left / width, low / height, wide / width, high / height))

    face = (columns["normals"][0] != 0).any(axis=-1)
    drawn = dict(zip(MODALITIES, pictures(columns, 0), strict=False))  # the masks come after them
    for panel, modality in enumerate(MODALITIES):
        left = LEFT + panel * (PANEL + GAP)
        draw_map(axes_at(left, top - PANEL, PANEL, PANEL), columns, modality, drawn[modality])
        moved = saliency.maps.get(modality)
        draw_saliency(axes_at(left, low, PANEL, PANEL), columns, modality, moved, bound, face)
    draw_scale(axes_at(LEFT, low - 0.15, 3 * PANEL + 2 * GAP, 0.09), seen, bound)
    draw_probabilities(axes_at(LEFT + 3 * (PANEL + GAP) + names, top - bars, BARS, bars), probabilities, classes)
    plain: dict[str, Any] = {"va": "top", "linespacing": 1.2, "parse_math": False}  # names of files may have dollars
    figure.text(LEFT / width, 1 - GAP / height, "\n".join(heading), fontsize=TITLE, **plain)
    figure.text(LEFT / width, under / height, "\n".join(below), fontsize=WORDS, **plain)
    return figure


def inches(text: str, points: float, weight: str = "normal") -> float:
    """How wide a line of text is at most, its dollars taken for letters."""
    return (
        TextPath((0, 0), text.replace("$", "S"), points, FontProperties(weight=weight)).get_extents().width
        * HINTING
        / 72
    )


def fitting_lines(text: str, width: float, points: float) -> list[str]:
    """A text in lines of at most `width` inches."""
    letters = max(1, int(len(text) * min(1, width / inches(text, points))))
    lines = textwrap.wrap(text, letters)
    while letters > 1 and max(inches(line, points) for line in lines) > width:
        letters -= 1
        lines = textwrap.wrap(text, letters)
    return lines


def draw_map(axes: Axes, columns: Columns, modality: str, picture: np.ndarray) -> None:
    """One map with the landmarks."""
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    plot_landmarks(axes, columns, 0)
    bare(axes, modality)


def bare(axes: Axes, caption: str) -> None:
    """No ticks, a thin frame, a caption above."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color("#d0d0d0")
    axes.set_title(caption, fontsize=9, pad=3)


def draw_saliency(
    axes: Axes, columns: Columns, modality: str, moved: np.ndarray | None, bound: float, face: np.ndarray
) -> None:
    """The effect of each pixel of one modality. moved: (S, S), or None if the network does not use it. face: (S, S)
    bool."""
    if moved is None:
        axes.set_facecolor("#f2f2f2")
        bare(axes, f"{modality}: not used")
        return
    axes.imshow(gaussian_filter(moved, BLUR), cmap=SIGNED, vmin=-bound, vmax=bound, interpolation="nearest")
    if not face.all():
        axes.contour(face, levels=[0.5], colors="#909090", linewidths=0.5)
    plot_landmarks(axes, columns, 0, colour="none")
    bare(axes, f"effect of {modality}: {moved.sum():+.2f}")


def draw_scale(axes: Axes, seen: str, bound: float) -> None:
    """The colour scale of the lower row."""
    scale = axes.figure.colorbar(ScalarMappable(Normalize(-bound, bound), SIGNED), cax=axes, orientation="horizontal")
    what = seen if inches(f"against {seen}", WORDS) < PANEL else "it"
    words = [f"against {what}", "no effect", f"for {what}"]
    scale.set_ticks([-bound, 0, bound], labels=words, fontsize=WORDS, parse_math=False)
    first, _, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")


def draw_probabilities(axes: Axes, probabilities: np.ndarray, classes: Sequence[str]) -> None:
    """A bar for each class, the most probable in another colour and in bold."""
    best = int(np.argmax(probabilities))
    places = range(len(classes))
    axes.barh(places, probabilities, color=[CHOSEN if place == best else OTHER for place in places], height=0.7)
    for place, value in enumerate(probabilities):
        weight = "bold" if place == best else "normal"
        axes.text(value + 0.02, place, f"{value:.1%}", va="center", fontsize=8, fontweight=weight)
    axes.set_yticks(places, classes, fontsize=NAME, parse_math=False)
    axes.get_yticklabels()[best].set_fontweight("bold")
    axes.set_xlim(0, 1)
    axes.set_ylim(len(classes) - 0.5, -0.5)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.set_title("probability", fontsize=9, pad=3, loc="left")


def explanation(seen: str, saliency: Saliency) -> str:
    """What the numbers and colours of the lower row are."""
    return (
        f"Lower row: what the pixels added to the lead of {seen} over the mean of all classes (scores before the"
        f" softmax), which is {saliency.baseline:+.2f} without any map and {saliency.lead:+.2f} with all of them."
        " Integrated gradients, blurred."
    )


def scale_bound(maps: dict[str, np.ndarray]) -> float:
    """The value at both ends of the colour scale of all maps: few blurred pixels lie beyond it."""
    blurred = np.abs([gaussian_filter(values, BLUR) for values in maps.values()])
    return max(float(np.quantile(blurred, COVERED)), 1e-12)
