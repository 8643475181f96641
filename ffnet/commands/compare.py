"""compare: what differs between two results folders, and whether it is more than chance."""

import math

from ffnet.results.changes import Change, compare_folders
from ffnet.results.statistics.accuracy import Accuracy
from ffnet.results.tables.accuracy_table import interval_text
from ffnet.results.tables.comparisons import p_text, points_text
from ffnet.results.tables.rendering import percent


def compare_results(a: str, b: str, confidence: float) -> int:
    """Prints the changes from folder a to b. Returns 1 if anything differs, else 0."""
    changes = compare_folders(a, b, confidence)
    print(f"A  {a}\nB  {b}")
    for change in changes.both:
        print("\n" + change_text(change, confidence))
    for folder, only in (("A", changes.only_a), ("B", changes.only_b)):
        if only:
            print(f"\nonly in {folder}: {', '.join(only)}")
    differing = [change for change in changes.both if not change.same]
    print(f"\n{len(differing)} of {len(changes.both)} cells differ.")
    return int(bool(differing or changes.only_a or changes.only_b))


def change_text(change: Change, confidence: float) -> str:
    """A Change as lines of text."""
    head = f"{change.experiment} on {change.dataset}"
    if change.same:
        return f"{head}: {percent(change.a.mean)}%, all predictions are the same"
    lines = [f"{head}: A {_reached(change.a)}, B {_reached(change.b)}", f"  {_verdict(change, confidence)}"]
    if change.causes is None:
        lines.append("  why: a record of the first run (runs/.../0/0.json) is missing")
    elif not change.causes:
        lines.append("  why: settings, data and versions of the first run are the same; is the code?")
    else:
        lines += [f"  {name}: {_short(one)} -> {_short(other)}" for name, one, other in change.causes]
    return "\n".join(lines)


def _reached(accuracy: Accuracy) -> str:
    interval = interval_text(accuracy.low, accuracy.high)
    return f"{percent(accuracy.mean)}%" + (f" ({interval})" if interval else "")


def _verdict(change: Change, confidence: float) -> str:
    if not change.pair:
        return f"cannot be paired, {change.reason}; compare the intervals"
    test, mcnemar = change.pair.test, change.pair.mcnemar
    text = f"B - A {100 * test.difference:+.2f} points on {test.runs} common runs"
    if not math.isnan(test.low):
        verdict = "significant" if change.p_holm <= 1 - confidence else "not significant"
        text += (
            f", {confidence:.0%} interval {points_text(test.low, test.high)}, p {p_text(test.p)},"
            f" {p_text(change.p_holm)} by Holm: {verdict}"
        )
    if mcnemar:
        text += (
            f"; on repeat {change.pair.repeat} only B right {mcnemar.first_only}, only A right {mcnemar.second_only},"
            f" McNemar p {p_text(mcnemar.p)}"
        )
    return text


def _short(value: object) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 40 else f"{text[:12]}..."
