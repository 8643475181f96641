"""Draws the strip: scan, maps, masks, network, prediction and confusion matrix from left to right, in inches."""

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from ffnet.expressions import EXPRESSIONS
from ffnet.figures.saving import blank_figure

WIDTH, HEIGHT = 10.6, 3.95
MAP, GAP = 0.92, 0.1
ROWS = [HEIGHT - 0.77 - MAP / 2 - line * (MAP + GAP) for line in range(3)]  # middles of the three streams
MIDDLE = ROWS[1]
SCAN, MAPS, MASK_COLUMN, NETWORK, FUSED, CLASSES, MATRIX = 0.2, 2.78, 3.97, 5.2, 6.93, 7.38, 8.86  # left edges
INK, FAINT, EDGE = "#1f2933", "#66717e", "#d5dbe1"
STREAMS = {"depth": "#3566a8", "normals": "#7048b6", "texture": "#2b8a63"}
MASKS = ("#e8590c", "#c2255c")  # mask-1, mask-2
F3DNET = ((112, 0), (56, 1), (28, 0), (28, 2), (14, 0), (7, 0))  # input size of each convolution; which mask, or 0
VGG16 = ((112, 0), (112, 0), (56, 0), (56, 1), (28, 0), (28, 2), (28, 0), *[(14, 0)] * 3, *[(7, 0)] * 3)
KINDS = {"depth": ("F3DNet-M", F3DNET), "normals": ("F3DNet-M", F3DNET), "texture": ("VGG16-BN-M", VGG16)}


def strip_figure(strip) -> Figure:
    """The figure of a Strip, see docs/strip.py: a white card with round corners on a transparent ground."""
    with matplotlib.rc_context({"font.family": "DejaVu Sans", "text.color": INK}):
        figure = blank_figure(WIDTH, HEIGHT)
        figure.set_facecolor("none")
        canvas = figure.add_axes((0, 0, 1, 1))
        canvas.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
        canvas.set_axis_off()
        add_box(canvas, 0.03, 0.03, WIDTH - 0.06, HEIGHT - 0.06, "white", 0.13, EDGE)
        draw_scan(figure, canvas, strip)
        draw_maps(figure, canvas, strip)
        draw_masks(figure, canvas, strip)
        draw_network(canvas)
        draw_classes(canvas, strip)
        draw_matrix(figure, canvas, strip)
    return figure


def heading(canvas: Axes, left: float, title: str, below: str) -> None:
    """A column's title, and a fainter line below it."""
    canvas.text(left, HEIGHT - 0.17, title, va="top", fontsize=12, fontweight="bold")
    canvas.text(left, HEIGHT - 0.42, below, va="top", fontsize=9.3, color=FAINT)


def add_box(
    canvas: Axes, left: float, low: float, width: float, height: float, colour: str, radius: float, edge: str = "none"
) -> None:
    """A filled box with round corners."""
    style = f"round,pad=0,rounding_size={radius}"
    canvas.add_patch(FancyBboxPatch((left, low), width, height, boxstyle=style, facecolor=colour, edgecolor=edge))


def add_panel(figure: Figure, left: float, low: float, side: float, colour: str | None = None) -> Axes:
    """Square axes with a frame in a colour, or without one."""
    axes = figure.add_axes((left / WIDTH, low / HEIGHT, side / WIDTH, side / HEIGHT))
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=colour is not None, color=colour, linewidth=1.4)
    axes.patch.set_alpha(0)
    return axes


def draw_scan(figure: Figure, canvas: Axes, strip) -> None:
    """The rendered mesh."""
    heading(canvas, SCAN, "3D scan", "mesh and texture")
    side = 2.62
    add_panel(figure, 0.0, MIDDLE - side / 2, side).imshow(strip.mesh, interpolation="antialiased")
    canvas.text(side / 2, 0.24, "generated, not a real person", ha="center", va="center", fontsize=9.3, color=FAINT)


def draw_maps(figure: Figure, canvas: Axes, strip) -> None:
    """Depth, normals and texture below each other."""
    heading(canvas, MAPS, "maps", "aligned")
    depth = matplotlib.colormaps["viridis"].with_extremes(bad="white")
    pictures = {"depth": strip.depth, "normals": strip.normals, "texture": strip.texture}
    for middle, (name, picture) in zip(ROWS, pictures.items(), strict=True):
        axes = add_panel(figure, MAPS, middle - MAP / 2, MAP, STREAMS[name])
        axes.imshow(picture, cmap=depth, vmin=0, vmax=1, interpolation="antialiased")
        canvas.text(MAPS - 0.07, middle, name, rotation=90, ha="right", va="center", fontsize=10, color=STREAMS[name])
        if name == "texture":
            axes.plot(
                *strip.landmarks.T, "o", markersize=1.7, color="#ffe119", markeredgecolor="k", markeredgewidth=0.3
            )


def draw_masks(figure: Figure, canvas: Axes, strip) -> None:
    """mask-1 and mask-2."""
    heading(canvas, MASK_COLUMN, "masks", "51 landmarks")
    for middle, colour, name, mask in zip(
        (MIDDLE + 0.68, MIDDLE - 0.5), MASKS, ("mask-1", "mask-2"), (strip.mask1, strip.mask2), strict=True
    ):
        axes = add_panel(figure, MASK_COLUMN, middle - MAP / 2, MAP, colour)
        colours = LinearSegmentedColormap.from_list(name, ["#fafafb", colour])
        axes.imshow(mask, cmap=colours, vmin=0, vmax=1, interpolation="nearest")
        text = f"{name}: {mask.shape[0]} x {mask.shape[1]}"
        canvas.text(
            MASK_COLUMN + MAP / 2, middle - MAP / 2 - 0.05, text, ha="center", va="top", fontsize=9.3, color=colour
        )


def draw_network(canvas: Axes) -> None:
    """Three streams of convolutions, the places where the masks enter, and the fused features."""
    heading(canvas, NETWORK, "FFNet-M", "three streams, fused")
    for middle, (modality, (name, layers)) in zip(ROWS, KINDS.items(), strict=True):
        colour, step = STREAMS[modality], 1.34 / len(layers)
        for number, (size, mask) in enumerate(layers):
            height, left = 0.13 + 0.5 * (size / 112) ** 0.6, NETWORK + number * step
            add_box(canvas, left, middle - height / 2, step * 0.64, height, colour, 0.015)
            if mask:
                canvas.plot(left + step * 0.32, middle + height / 2 + 0.07, "v", color=MASKS[mask - 1], markersize=5.5)
        canvas.text(NETWORK + 0.62, middle - 0.42, name, ha="center", va="center", fontsize=9.3, color=colour)
        end, joint = NETWORK + 1.34, MIDDLE + (middle - MIDDLE) * 0.36
        canvas.plot([end, end + 0.1, FUSED - 0.1, FUSED], [middle, middle, joint, joint], color=colour, linewidth=1.5)
        add_box(canvas, FUSED, joint - 0.17, 0.1, 0.34, colour, 0.01)
    arrow = {"arrowstyle": "-|>", "color": FAINT, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
    canvas.annotate("", (CLASSES - 0.05, MIDDLE), (FUSED + 0.13, MIDDLE), arrowprops=arrow)


def draw_classes(canvas: Axes, strip) -> None:
    """The probability of each class for this scan, as bars."""
    heading(canvas, CLASSES, "prediction", "for this scan")
    best, step = int(strip.probabilities.argmax()), 0.38
    for place, (name, share) in enumerate(zip(EXPRESSIONS, strip.probabilities, strict=True)):
        low = MIDDLE + (2.5 - place) * step
        weight, colour = ("bold", INK) if place == best else ("normal", FAINT)
        canvas.text(CLASSES, low + 0.05, name, va="bottom", fontsize=9.3, color=colour, fontweight=weight)
        canvas.text(CLASSES + 1.1, low + 0.05, f"{share:.0%}", va="bottom", ha="right", fontsize=9.3, color=colour)
        add_box(canvas, CLASSES, low - 0.05, 1.1, 0.07, "#eceff2", 0.02)
        if share > 0.03:
            add_box(canvas, CLASSES, low - 0.05, 1.1 * share, 0.07, "#1f2933" if place == best else "#9aa5b1", 0.02)


def draw_matrix(figure: Figure, canvas: Axes, strip) -> None:
    """The confusion matrix in percent, and the accuracy."""
    heading(canvas, MATRIX, "accuracy", f"{strip.accuracy:.2f}%, synthetic")
    side, left = 1.38, MATRIX + 0.17
    low = MIDDLE - side / 2
    axes = add_panel(figure, left, low, side)
    axes.imshow(strip.matrix, cmap="Blues", vmin=0, vmax=100)
    for (row, column), value in np.ndenumerate(strip.matrix):
        if value >= 0.5:
            ink = "white" if value > 55 else INK
            axes.text(column, row, f"{value:.0f}", ha="center", va="center", fontsize=7.5, color=ink)
    edges = np.arange(len(EXPRESSIONS) + 1) - 0.5
    axes.hlines(edges, edges[0], edges[-1], color="white", linewidth=1.2)
    axes.vlines(edges, edges[0], edges[-1], color="white", linewidth=1.2)
    axes.set(xlim=(edges[0], edges[-1]), ylim=(edges[-1], edges[0]))
    for place, name in enumerate(EXPRESSIONS):
        at = (place + 0.5) * side / len(EXPRESSIONS)
        short = name[:2].capitalize()
        canvas.text(left - 0.04, low + side - at, short, ha="right", va="center", fontsize=8, color=FAINT)
        canvas.text(left + at, low - 0.05, short, ha="center", va="top", fontsize=8, color=FAINT)
    canvas.text(left + side / 2, low - 0.24, "predicted (rows: true)", ha="center", va="top", fontsize=8.6, color=FAINT)
