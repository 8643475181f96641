"""What all figures share: no global state of matplotlib, and the same bytes each time."""

import pathlib

import matplotlib
from matplotlib.figure import Figure

from ffnet.storage import atomic_path


def blank_figure(width, height):
    """An empty white Figure, width x height in inches."""
    return Figure(figsize=(width, height), facecolor="white")


def save_figure(figure, paths, dpi):
    """Writes a figure to each path; its ending (.png, .svg) is the format, dpi counts for pictures.

    The same figure gives the same bytes: no date, no version, no random names inside.
    """
    empty = {".png": {"Software": None}, ".svg": {"Date": None, "Creator": None}}
    for path in map(pathlib.Path, paths):
        with atomic_path(path) as temporary, matplotlib.rc_context({"svg.hashsalt": "ffnet"}):
            figure.savefig(temporary, dpi=dpi, metadata=empty[path.suffix])
