"""Several scans of one person, expression and intensity."""

import re

import numpy as np


def keep_takes(columns: dict[str, np.ndarray], takes: str) -> dict[str, np.ndarray]:
    """The columns of a shard, first axis the scan, with "all" takes or the "first" usable one.

    The first is that whose name comes first, numbers in it read as numbers: take 2 before take 10.
    """
    if takes == "all":
        return columns
    keys = list(zip(*(columns[name].tolist() for name in ("subject", "label", "intensity")), strict=True))
    first: dict[tuple, int] = {}
    for i in sorted(range(len(keys)), key=lambda i: _natural(str(columns["scan"][i]))):
        first.setdefault(keys[i], i)
    kept = sorted(first.values())
    return {name: values[kept] for name, values in columns.items()}


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]
