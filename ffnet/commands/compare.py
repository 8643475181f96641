"""compare: what differs between two results folders, and whether it is more than chance."""

from ffnet.results.changes import Change, changes_view, compare_folders
from ffnet.results.tables.formatters import terminal_lines


def compare_results(a: str, b: str, confidence: float) -> int:
    """Prints the changes from folder a to b. Returns 1 if anything differs, else 0."""
    changes = compare_folders(a, b, confidence)
    print(f"A  {a}\nB  {b}\n")
    print("\n".join(terminal_lines(changes_view(changes, confidence))))
    differing = [change for change in changes.both if not change.same]
    for change in differing:
        print(f"\n{change.experiment} on {change.dataset}:", *why(change), sep="\n  ")
    for folder, only in (("A", changes.only_a), ("B", changes.only_b)):
        if only:
            print(f"\nonly in {folder}: {', '.join(only)}")
    print("\nB - A: percentage points. Tests and effect sizes as in the table comparisons, p corrected for all rows.")
    print(f"{len(differing)} of {len(changes.both)} experiments differ; of the others all predictions are the same.")
    return int(bool(differing or changes.only_a or changes.only_b))


def why(change: Change) -> list[str]:
    """What may explain a Change, as lines of text."""
    lines = [f"cannot be paired, {change.reason}; compare the accuracies"] if change.reason else []
    if change.causes is None:
        return [*lines, "a record of the first run (runs/.../0/0.json) is missing"]
    if not change.causes:
        return [*lines, "settings, data and versions of the first run are the same; did the code change?"]
    return lines + [f"{name}: {_short(before)} -> {_short(after)}" for name, before, after in change.causes]


def _short(value: object) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 40 else f"{text[:12]}..."
