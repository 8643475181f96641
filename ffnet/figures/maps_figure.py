"""What the network sees of a scan: three attribute maps and two masks side by side (paper, Fig. 2)."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.figures.saving import blank_figure
from ffnet.settings import read_settings
from ffnet.shards.scaling import plain_texture
from ffnet.shards.settings import ShardSettings
from ffnet.storage import StageFile

CAPTIONS = ("(a) texture $I_t$", "(b) depth $I_d$", "(c) normals $I_n$", "(d) mask-1", "(e) mask-2")
PANEL, GAP, LEFT, BOTTOM, TOP = 1.35, 0.06, 0.28, 0.32, 0.3  # inches
MAP_GREYS, MASK_GREYS = (0, 1), (0.4, 1)  # what is black and what white; the masks' 0.6 to 1 would hardly differ else


def plain_columns(shard: StageFile) -> dict[str, np.ndarray]:
    """The columns of a shard's StageFile with the texture in [-1, 1], as it is drawn, whatever the networks see."""
    settings = read_settings(ShardSettings, shard.attributes["shards"], "attributes of a shard: shards")
    return shard.columns | {"texture": plain_texture(shard.columns["texture"], settings)}


def choose_scans(
    columns: dict[str, np.ndarray],
    subject: str | None,
    expressions: Sequence[str],
    classes: Sequence[str] = EXPRESSIONS,
) -> list[int]:
    """Rows of a shard to draw: one scan per expression, in the order given, each of the subject's highest intensity.

    columns: name -> array of a shard file. subject: its name, or None for the first with most of the expressions.
    classes: names by label; where none of the expressions is one of them, all classes are drawn.
    Raises InputError where the shard has no such scan.
    """
    subjects, labels, intensities = columns["subject"], columns["label"], columns["intensity"]
    wanted = [classes.index(name) for name in expressions if name in classes] or range(len(classes))
    if subject is None:
        names = list(dict.fromkeys(subjects.tolist()))
        subject = max(names, key=lambda name: len(set(labels[subjects == name].tolist()) & set(wanted)), default=None)
    rows = []
    for label in wanted:
        shown = np.flatnonzero((subjects == subject) & (labels == label))
        if len(shown):
            rows.append(int(shown[np.argmax(intensities[shown])]))
    if not rows:
        raise InputError(f"no scan of subject {subject} shows any of {', '.join(expressions)}; see quarantine.csv")
    return rows


def maps_figure(
    columns: dict[str, np.ndarray], rows: Sequence[int], title: str, names: Sequence[str] | None = None
) -> Figure:
    """A matplotlib Figure with one line of five maps for each of the rows of a shard's columns.

    names: what stands beside each line; None for the expressions of the column label. The 51 landmarks lie over
    texture, depth and normals; pixels off the face are white there.
    """
    names = [EXPRESSIONS[columns["label"][row]] for row in rows] if names is None else names
    width = LEFT + 5 * PANEL + 5 * GAP
    height = BOTTOM + len(rows) * (PANEL + GAP) + TOP
    figure = blank_figure(width, height)
    for line, row in enumerate(rows):
        low = BOTTOM + (len(rows) - 1 - line) * (PANEL + GAP)
        for panel, picture in enumerate(pictures(columns, row)):
            left = LEFT + panel * (PANEL + GAP)
            axes = figure.add_axes((left / width, low / height, PANEL / width, PANEL / height))
            black, white = MAP_GREYS if panel < 3 else MASK_GREYS
            axes.imshow(picture, cmap="gray", vmin=black, vmax=white, interpolation="nearest")
            axes.set_axis_off()
            if panel < 3:
                plot_landmarks(axes, columns, row)
            if line == len(rows) - 1:
                place = (left + PANEL / 2) / width
                figure.text(place, (BOTTOM - 0.07) / height, CAPTIONS[panel], ha="center", va="top", fontsize=9)
        beside = figure.text(LEFT / 2 / width, (low + PANEL / 2) / height, names[line], rotation=90, fontsize=9)
        beside.set(ha="center", va="center", parse_math=False)  # names of files may have dollars
    figure.text(0.5, 1 - 0.1 / height, title, ha="center", va="top", fontsize=9, parse_math=False)
    return figure


def plot_landmarks(axes: Axes, columns: dict[str, np.ndarray], row: int, colour: str = "#ffe119") -> None:
    """The 51 landmarks of a row of a shard's columns over one of its maps."""
    x, y = on_map(columns["landmarks"][row], columns["mask1"].shape[1], columns["depth"].shape[1]).T
    axes.plot(x, y, "o", markersize=1.9, color=colour, markeredgecolor="black", markeredgewidth=0.35)


def maps_title(dataset: str, subject: str, synthetic: bool) -> str:
    """One line: whose maps these are."""
    return f"{dataset}, subject {subject}" + (", synthetic data" if synthetic else "")


def on_map(landmarks: np.ndarray, size: int, map_size: int) -> np.ndarray:
    """Landmarks (n, 2) in pixels of a size x size picture -> pixels of the same picture at map_size x map_size.

    Pixel centres have whole numbers in both, so pixel 0 of 56 covers pixels 0 and 1 of 112 and its centre is 0.5.
    """
    return (landmarks + 0.5) * (map_size / size) - 0.5


def pictures(columns: dict[str, np.ndarray], row: int) -> tuple[np.ndarray, ...]:
    """Texture, depth, normals as RGB or grey (112, 112[, 3]) with white off the face; mask-1 and mask-2 in [0, 1]."""
    texture, depth, normals = (columns[name][row] for name in ("texture", "depth", "normals"))
    face = (normals != 0).any(axis=-1) | (depth != 0)
    return (
        np.where(face[..., None], np.clip((texture + 1) / 2, 0, 1), 1),
        np.where(face, depth, 1),
        np.where(face[..., None], np.clip((normals + 1) / 2, 0, 1), 1),
        columns["mask1"][row],
        columns["mask2"][row],
    )
