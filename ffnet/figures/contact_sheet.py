"""A page on which a person finds the bad scan: texture with landmarks, depth, normals and masks, the worst first."""

import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ffnet.figures.maps_figure import MASK_GREYS, on_map
from ffnet.figures.saving import blank_figure
from ffnet.results.tables.number_text import number
from ffnet.storage import read_stage

CAPTIONS = ("texture", "depth", "normals", "mask-1", "mask-2")
COLUMNS = 3  # of scans
PANEL, GAP, CAPTION = 112, 4, 20  # pixels: side of a picture, between pictures, of the line above them
FRAME, SPACE, HEAD = 7, 10, 66  # pixels: around a scan, between scans, above all
WIDTH, HEIGHT = 5 * PANEL + 4 * GAP + 2 * FRAME, PANEL + CAPTION + 2 * FRAME  # of a scan
DPI = 100
BAND = 256  # pixels, height of what is drawn at once
ALARM = "#d55e00"  # vermilion of Okabe and Ito: distinct from black and grey for every eye
LETTER, LINE = 5.6, 13.0  # pixels of a letter of a reason and from line to line


class Entry(NamedTuple):
    """One scan. quality: its row of quality.csv. reason: why it was left out, or None. pictures: texture (uint8),
    depth, normals, mask-1 and mask-2, as the stages give them; as many as there are. landmarks: (51, 2) in pixels of
    size x size, or None."""

    quality: Mapping[str, Any]
    reason: str | None
    pictures: list[np.ndarray]
    landmarks: np.ndarray | None
    size: int


def read_entries(
    rows: Iterable[Mapping[str, Any]],
    reasons: dict[str, str],
    maps: Iterable[str | os.PathLike],
    normals: Iterable[str | os.PathLike],
    masks: Iterable[str | os.PathLike],
    size: int,
) -> list[Entry]:
    """The Entries of rows of quality.csv, in their order. reasons: scan -> why it was left out. maps, normals, masks:
    the stages' files, shard by shard. size: of the picture whose pixels the landmarks count."""
    entries = {row["scan"]: Entry(row, reasons.get(row["scan"]), [], None, size) for row in rows}
    for paths in zip(maps, normals, masks, strict=True):
        if entries.keys() & set(read_stage(paths[0], ["scan"]).columns["scan"].tolist()):
            shard = [read_stage(path).columns for path in paths]
            for scan in shard[0]["scan"].tolist():
                if scan in entries:
                    entries[scan] = _entry(entries[scan], scan, *shard)
    return list(entries.values())


def _entry(
    entry: Entry, scan: str, maps: dict[str, np.ndarray], normals: dict[str, np.ndarray], masks: dict[str, np.ndarray]
) -> Entry:
    at = {name: columns["scan"].tolist().index(scan) for name, columns in (("maps", maps), ("normals", normals))}
    pictures = [maps["texture"][at["maps"]], maps["depth"][at["maps"]], normals["normals"][at["normals"]]]
    if scan in (scans := masks["scan"].tolist()):
        row = scans.index(scan)
        pictures += [masks["mask1"][row], masks["mask2"][row]]
        return entry._replace(pictures=pictures, landmarks=masks["landmarks"][row])
    row = masks["implausible"].tolist().index(scan)
    return entry._replace(pictures=pictures, landmarks=masks["implausible_landmarks"][row])


def contact_sheet(entries: Sequence[Entry], title: str) -> Figure:
    """A matplotlib Figure, to be saved with DPI, of Entries in rows of COLUMNS, from left to right."""
    lines = -(-len(entries) // COLUMNS)
    width = COLUMNS * (WIDTH + SPACE) + SPACE
    height = HEAD + max(lines, 1) * (HEIGHT + SPACE)
    sheet = np.full((height, width, 3), 255, np.uint8)
    figure = blank_figure(width / DPI, height / DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.text(SPACE + FRAME, 20, title, fontsize=13, va="center", parse_math=False)
    for column in range(COLUMNS):
        for panel, caption in enumerate(CAPTIONS):
            x = SPACE + column * (WIDTH + SPACE) + FRAME + panel * (PANEL + GAP) + PANEL / 2
            axes.text(x, HEAD - 14, caption, fontsize=8.5, ha="center", va="center", color="0.35")
    for place, entry in enumerate(entries):
        line, column = divmod(place, COLUMNS)
        _draw(axes, sheet, entry, SPACE + column * (WIDTH + SPACE), HEAD + line * (HEIGHT + SPACE))
    for top in range(0, height, BAND):  # matplotlib needs over 100 bytes a pixel of what it draws at once
        bottom = min(top + BAND, height)
        extent = (-0.5, width - 0.5, bottom - 0.5, top - 0.5)
        axes.imshow(sheet[top:bottom], extent=extent, interpolation="nearest", zorder=0)
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    return figure


def _draw(axes: Axes, sheet: np.ndarray, entry: Entry, left: int, top: int) -> None:
    """One scan: pictures into the sheet, letters and landmarks onto the axes."""
    x, y = left + FRAME, top + FRAME + CAPTION
    ink = "black" if entry.reason is None else ALARM
    if entry.reason is not None:
        sheet[top : top + HEIGHT, left : left + WIDTH] = [int(ALARM[i : i + 2], 16) for i in (1, 3, 5)]
        sheet[top + 3 : top + HEIGHT - 3, left + 3 : left + WIDTH - 3] = 255
    axes.text(x, y - CAPTION / 2 - 1, caption(entry), fontsize=8.5, va="center", color=ink, parse_math=False)
    for picture in shown(entry):
        sheet[y : y + PANEL, x : x + PANEL] = np.rint(255 * enlarge(picture))
        x += PANEL + GAP
    if entry.landmarks is not None:
        points = on_map(entry.landmarks, entry.size, PANEL)
        points = points[((points > -FRAME) & (points < PANEL + FRAME)).all(axis=1)] + [left + FRAME, y]
        axes.plot(*points.T, "o", markersize=1.9, color="#ffe119", markeredgecolor="black", markeredgewidth=0.4)
    if entry.reason is not None:
        text = fit_text(entry.reason, int((left + WIDTH - FRAME - x) / LETTER), int(PANEL / LINE))
        axes.text(x, y + 1, text, fontsize=7.5, va="top", linespacing=1.25, parse_math=False)


def caption(entry: Entry) -> str:
    """The line above a scan."""
    quality = entry.quality
    parts = [
        textwrap.shorten(quality["scan"], 60, placeholder="..."),
        f"{quality['expression']} {quality['intensity']}",
    ]
    if plausibility := number(quality["plausibility"], ".2f"):
        parts.append(f"plausibility {plausibility} ({quality['landmark_route']})")
    if entry.reason is not None:
        parts.append(f"QUARANTINED by {quality['quarantined']}")
    return "   ".join(parts)


def fit_text(text: str, width: int, lines: int) -> str:
    """Text in at most so many lines of so many letters, cut with dots where it is longer."""
    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" ..."))


def shown(entry: Entry) -> list[np.ndarray]:
    """The pictures of a Entry, each (S, S, 3) in [0, 1], white off the face."""
    if not entry.pictures:
        return []
    texture, depth, normals, *masks = entry.pictures
    face = np.isfinite(depth)[..., None]
    low, high = np.nanmin(depth), np.nanmax(depth)
    grey = ((depth - low) / max(high - low, 1e-6))[..., None]
    black, white = MASK_GREYS
    greys = [np.clip((mask[..., None] - black) / (white - black), 0, 1) for mask in masks]
    pictures = [np.where(face, texture / 255, 1), np.where(face, grey, 1), np.where(face, (normals + 1) / 2, 1), *greys]
    return [np.broadcast_to(picture, (*picture.shape[:2], 3)) for picture in pictures]


def enlarge(picture: np.ndarray) -> np.ndarray:
    """A picture (S, S, 3) at PANEL x PANEL: every pixel shows the one that holds its centre."""
    places = ((np.arange(PANEL) + 0.5) * len(picture) / PANEL).astype(int)
    return picture[places[:, None], places]


def sheet_title(dataset: str, synthetic: bool, drawn: int, taken: int, quarantined: int) -> str:
    """One line: whose scans these are, and how many of how many. quarantined: of all that were taken."""
    data = f"{dataset}, synthetic data" if synthetic else dataset
    which = f"all {taken} scans" if drawn == taken else f"the worst {drawn} of {taken} scans"
    return f"{data}: {which}, {quarantined} in quarantine; worst first"
