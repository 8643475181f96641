"""Tables and amounts as text, and how far a command is."""

import sys


def table_lines(header, rows):
    """Lines of columns as wide as their widest cell; texts stand left, what begins with a digit stands right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return ["  ".join(map(place, row, widths)).rstrip() for row in (header, *rows)]


def place(cell, width):
    """A cell in its column."""
    return cell.rjust(width) if cell[:1].isdigit() else cell.ljust(width)


def number(seconds):
    """Seconds with three figures; "" for None."""
    return "" if seconds is None else f"{seconds:.3g}" if seconds < 1000 else f"{seconds:.0f}"


def duration(seconds):
    """Seconds as text to read: 40 s, 12 min, 3.4 h, 12 days; "" for None or nothing."""
    if not seconds:
        return ""
    for unit, length, most in (("s", 1, 100), ("min", 60, 6000), ("h", 3600, 48 * 3600)):
        if seconds < most:
            return f"{seconds / length:.1f} {unit}" if unit == "h" else f"{seconds / length:.0f} {unit}"
    return f"{seconds / 86400:.1f} days"


BAR = 30  # characters


def counted(items, what):
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
