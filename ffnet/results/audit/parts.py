"""Are the parts of a run apart: its training, its validation and its test? Subjects, and scans of the same content."""

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple


class ScanHash(NamedTuple):
    """A scan of the shards. sha256: of depth, normals and texture as the networks see them."""

    scan: str
    subject: str
    sha256: str


class PartLeaks(NamedTuple):
    """A few words for each subject that is in two parts, and for each pair of scans of the same content."""

    subjects: list[str]
    scans: list[str]


def identical_scans(hashes: Iterable[ScanHash]) -> list[list[ScanHash]]:
    """The groups of scans whose content is the same."""
    groups: dict[str, list[ScanHash]] = defaultdict(list)
    for hashed in hashes:
        groups[hashed.sha256].append(hashed)
    return [group for group in groups.values() if len(group) > 1]


def part_leaks(parts: Mapping[str, Collection[str]], identical: Sequence[Sequence[ScanHash]]) -> PartLeaks:
    """The PartLeaks of a run. parts: name -> its subjects. identical: see identical_scans."""
    subjects, scans = [], []
    for (one, these), (other, those) in itertools.combinations(parts.items(), 2):
        subjects += [f"subject {name} is in {one} and {other}" for name in sorted(set(these) & set(those))]
        for group in identical:
            scans += [
                f"scan {first.scan} is in {one}, its copy {second.scan} in {other}"
                for first, second in itertools.permutations(group, 2)
                if first.subject in these and second.subject in those
            ]
    return PartLeaks(subjects, scans)
