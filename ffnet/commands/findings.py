"""The findings of `check`: short lines that begin with ok, note or PROBLEM."""

from collections.abc import Collection
from typing import NamedTuple


class Finding(NamedTuple):
    """level: "ok", "note" (it works, but see) or "PROBLEM" (the workflow would stop). advice: what to do, or ""."""

    level: str
    what: str
    advice: str = ""


def finding_text(finding: Finding) -> str:
    """A Finding as one line, its advice on a second."""
    line = f"{finding.level:<9}{finding.what}"
    return f"{line}\n{'':<9}-> {finding.advice}" if finding.advice else line


def some(names: Collection[str], most: int = 4) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(list(names)[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
