"""Tables and amounts as text, and how far a command is."""

import os
import sys
from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

WIDTH = 120  # letters of a line of prose
NONE = ("", "-")  # cells that say nothing about their column


def table_lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of columns as wide as their widest cell; a column whose cells all begin with a digit stands right, headings
    as their columns."""
    columns = list(zip(header, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    forms = ["{:>{}}" if _are_numbers(cells) else "{:<{}}" for _, *cells in columns]
    lines = ([form.format(*cell) for form, *cell in zip(forms, row, widths, strict=True)] for row in (header, *rows))
    return ["  ".join(line).rstrip() for line in lines]


def _are_numbers(cells: Sequence[str]) -> bool:
    told = [cell for cell in cells if cell not in NONE]
    return bool(told) and all(cell[0].isdigit() for cell in told)


def printable(name: str, encoding: str = "utf-8") -> str:
    """A text, which may be the name of a file that is no text, with \\x.. and \\u.... for what the encoding lacks."""
    return name.encode(encoding, "backslashreplace").decode(encoding)


def drawable(path: str) -> str:
    """The name of the file at a path, for a figure: in letters that matplotlib's font has."""
    return printable(os.path.basename(path), "latin-1")


def number(seconds: float | None) -> str:
    """Seconds with three figures; "" for None."""
    return "" if seconds is None else f"{seconds:.3g}" if seconds < 1000 else f"{seconds:.0f}"


def duration(seconds: float | None) -> str:
    """Seconds as text to read: 40 s, 12 min, 3.4 h, 12 days; "" for None or nothing."""
    if not seconds:
        return ""
    for unit, length, most in (("s", 1, 100), ("min", 60, 6000), ("h", 3600, 48 * 3600)):
        if seconds < most:
            return f"{seconds / length:.1f} {unit}" if unit == "h" else f"{seconds / length:.0f} {unit}"
    return f"{seconds / 86400:.1f} days"


BAR = 30  # characters


def counted(items: Collection[T], what: str) -> Iterator[T]:
    """The items one after another; on a terminal a bar of how many are done stands below them meanwhile."""
    shown = sys.stderr.isatty()
    for done, item in enumerate(items):
        if shown:
            filled = BAR * done // len(items)
            print(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done} of {len(items)} {what}", end="", file=sys.stderr)
            sys.stderr.flush()
        yield item
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
