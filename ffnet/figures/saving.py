"""What all figures share: no global state of matplotlib, and the same bytes each time."""

import os
import pathlib
from collections.abc import Iterable

import matplotlib
from matplotlib.figure import Figure

from ffnet.storage import atomic_path


def blank_figure(width: float, height: float) -> Figure:
    """An empty white Figure, width x height in inches."""
    return Figure(figsize=(width, height), facecolor="white")


def save_figure(figure: Figure, paths: Iterable[str | os.PathLike], dpi: int) -> None:
    """Writes a figure to each path; its ending (.png, .svg) is the format, dpi counts for pictures.

    The same figure gives the same bytes: no date, no version, no random names inside.
    """
    empty = {".png": {"Software": None}, ".svg": {"Date": None, "Creator": None}}
    for path in map(pathlib.Path, paths):
        with atomic_path(path) as temporary, matplotlib.rc_context({"svg.hashsalt": "ffnet"}):
            figure.savefig(temporary, dpi=dpi, metadata=empty[path.suffix])
