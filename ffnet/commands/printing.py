"""Names and seconds as text, and how far a command is."""

import os
import sys
from collections.abc import Collection, Iterator
from typing import TypeVar

T = TypeVar("T")

WIDTH = 120  # letters of a line of prose


def printable(name: str, encoding: str = "utf-8") -> str:
    """A text, which may be the name of a file that is no text, with \\x.. and \\u.... for what the encoding lacks."""
    return name.encode(encoding, "backslashreplace").decode(encoding)


def drawable(path: str) -> str:
    """The name of the file at a path, for a figure: in letters that matplotlib's font has."""
    return printable(os.path.basename(path), "latin-1")


def three_figures(seconds: float | None) -> str:
    """Seconds with three figures; "" for None."""
    return "" if seconds is None else f"{seconds:.3g}" if seconds < 1000 else f"{seconds:.0f}"


BAR = 30  # characters


def counted(items: Collection[T], what: str) -> Iterator[T]:
    """The items one after another; on a terminal with a bar below that shows how many are done."""
    shown = sys.stderr.isatty()
    for done, item in enumerate(items):
        if shown:
            filled = BAR * done // len(items)
            print(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done} of {len(items)} {what}", end="", file=sys.stderr)
            sys.stderr.flush()
        yield item
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
