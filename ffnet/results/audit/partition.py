"""Whether the tested scans are what cross-validation by subject promises: every scan once per repeat."""

import os
import pathlib
from collections import Counter
from collections.abc import Iterable

from ffnet.errors import InputError
from ffnet.results.predictions import Predictions
from ffnet.training.record import Record
from ffnet.training.splits import read_split


def read_splits(paths: Iterable[str | os.PathLike]) -> dict[int, dict[str, int]]:
    """{repeat: {subject: fold}} from the files .../{repeat}.csv with the columns subject,fold.

    Raises InputError that names the file and the line.
    """
    splits = {}
    for path in map(pathlib.Path, paths):
        if not path.stem.isdecimal():
            raise InputError(f"{path}: a split is named .../<repeat>.csv with a number")
        splits[int(path.stem)] = read_split(path)
    return splits


def check_partition(
    predictions: Predictions, splits: dict[int, dict[str, int]], where: str | os.PathLike, redrawn: bool = False
) -> None:
    """Raises InputError unless every repeat tests each scan of its subjects exactly once, in the right fold.

    splits: {repeat: {subject: fold}}, as read_splits gives it. where: the folder of the runs, for messages. redrawn:
    whether each repeat draws its own subjects, as many as the first; else all test the same. A subject's scans are the
    same in each repeat that tests it. A scan that is missing from every repeat is not noticed here: read_experiments
    compares those of a dataset.
    """
    tested = check_folds(predictions, splits, where)
    first, known = min(tested), tested[min(tested)].copy()  # known: of the repeats so far
    for repeat, scans in tested.items():
        if len(splits[repeat]) != len(splits[first]):
            raise InputError(
                f"{where}/{repeat}: its split has {len(splits[repeat])} subjects, that of repeat {first} has"
                f" {len(splits[first])}; delete the splits and run again"
            )
        untested = set(splits[repeat]) - {subject for subject, _ in scans.values()}
        if untested:
            subject = min(untested)
            name = f"{where}/{repeat}/{splits[repeat][subject]}.csv"
            raise InputError(f"{name}: found no scan of subject {subject}; delete it and run again")
        expected, found = _of_both(known, scans) if redrawn else (known, scans)
        differing = sorted({scan for scan, _ in expected.items() ^ found.items()})
        if differing:
            before = "the repeats before, of the subjects of both" if redrawn else f"repeat {first}"
            raise InputError(
                f"{where}/{repeat}: {len(found)} scans were tested, {len(expected)} in {before}, "
                f"or with another subject or label; the first that differs is {differing[0]}"
            )
        known |= scans


Tested = dict[str, tuple[str, int]]  # scan -> (subject, label)


def _of_both(known: Tested, scans: Tested) -> tuple[Tested, Tested]:
    """The scans of two repeats that have a subject of both, or that both tested."""
    people = {subject for subject, _ in known.values()} & {subject for subject, _ in scans.values()}
    one, other = (
        {scan: whose for scan, whose in of.items() if whose[0] in people or (scan in known and scan in scans)}
        for of in (known, scans)
    )
    return one, other


def check_tested(predictions: Predictions, records: dict[pathlib.Path, Record]) -> None:
    """Raises InputError unless each run holds as many scans as its record says: nothing else shows that a file is cut
    at a line end. records: {path: record} of the same runs."""
    counts = Counter(zip(predictions.repeat.tolist(), predictions.fold.tolist(), strict=True))
    for path, record in records.items():
        scans, tested = counts[int(path.parent.name), int(path.stem)], record.scans["test"]
        if scans != tested:
            raise InputError(
                f"{path.with_suffix('.csv')}: found predictions of {scans} scans, but its record says {tested}; is it"
                " cut? Delete it and run again"
            )


def check_folds(
    predictions: Predictions, splits: dict[int, dict[str, int]], where: str | os.PathLike
) -> dict[int, dict[str, tuple[str, int]]]:
    """{repeat: {scan: (subject, label)}}, for runs some of which may be missing.

    splits, where: as in check_partition. Raises InputError where a subject is tested in another fold than its split
    says, or a scan twice in a repeat.
    """
    tested: dict[int, dict[str, tuple[str, int]]] = {repeat: {} for repeat in splits}
    for repeat, fold, scan, subject, label in zip(*(column.tolist() for column in predictions[:5]), strict=True):
        name = f"{where}/{repeat}/{fold}.csv"
        if repeat not in tested:
            raise InputError(f"{name}: there is no split of repeat {repeat}")
        if splits[repeat].get(subject) != fold:
            expected = splits[repeat].get(subject, "no fold")
            raise InputError(
                f"{name}: subject {subject} (scan {scan}) is tested in fold {fold}, but its split says {expected}"
            )
        if scan in tested[repeat]:
            raise InputError(f"{name}: scan {scan} is tested a second time in repeat {repeat}")
        tested[repeat][scan] = subject, label
    return tested
