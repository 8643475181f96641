"""Numbers as text, for tables, pages and commands; what is not known is empty."""

import math


def number(value: object, form: str = "") -> str:
    """A value in a format such as ".3f"; "" for None and NaN."""
    return "" if value is None or value != value else format(value, form)


def interval(low: float, high: float, form: str = ".1f") -> str:
    """Two numbers as "80.1 to 90.2"; "" for NaN."""
    return "" if math.isnan(low) else f"{low:{form}} to {high:{form}}"


def p_value(p: float) -> str:
    """A p-value with three decimals; "" for NaN."""
    return "<0.001" if p < 0.001 else number(p, ".3f")


def run_count(repeats: float, folds: float, runs: float) -> str:
    """Repeats x folds, and how many of these runs there are where some are missing; "" for NaN."""
    if math.isnan(runs):
        return ""
    planned = f"{repeats:.0f} x {folds:.0f}"
    return planned if runs == repeats * folds else f"{runs:.0f} of {planned}"


def duration(seconds: float | None) -> str:
    """Seconds as text to read: 0.4 s, 40 s, 12 min, 3.4 h, 12.0 days; "" for None, NaN and 0."""
    if not seconds or math.isnan(seconds):
        return ""
    for unit, length, decimals, limit in (
        ("s", 1, 1, 9.95),
        ("s", 1, 0, 100),
        ("min", 60, 0, 6000),
        ("h", 3600, 1, 172800),
    ):
        if seconds < limit:
            return f"{seconds / length:.{decimals}f} {unit}"
    return f"{seconds / 86400:.1f} days"
