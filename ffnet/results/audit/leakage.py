"""Does anything that was tested also stand in the training half? Subjects, and scans of the same content.

The training half is made again here from the split and from what the shards hold, without the code that trained.
"""

import csv
import hashlib
import os
import pathlib
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.quarantine import SHOWN, read_quarantine
from ffnet.results.audit.partition import read_splits
from ffnet.results.predictions import Predictions
from ffnet.results.tables.rendering import Table
from ffnet.results.tested_experiments import Experiment

SEEN = ("depth", "normals", "texture")  # what a network sees of a scan
HASH_COLUMNS = ("scan", "subject", "sha256")
TOLD = 3  # leaks of an experiment, and experiments, that a message names
COLUMNS = {
    "dataset": "name in config.yaml",
    "experiment": "name in config.yaml",
    "data": "synthetic: generated faces; licensed: scans of people",
    "runs_audited": "all runs behind the tables",
    "subjects_in_both_halves": "of any run, counted once per run; must be 0",
    "identical_scans_in_both_halves": "tested scans whose content also stands in the training half; must be 0",
    "identical_scans": "scans of the dataset whose content occurs more than once, wherever they stand",
    "quarantined": "scans of the dataset that were left out, see its quarantine.csv",
    "leaks": "the first of them",
}


class ScanHash(NamedTuple):
    """A scan of the shards. sha256: of depth, normals and texture as the networks see them."""

    scan: str
    subject: str
    sha256: str


class Audit(NamedTuple):
    """One experiment on one dataset. subjects, scans: sentences, one for each leak; identical, quarantined: counts."""

    runs: int
    subjects: list
    scans: list
    identical: int
    quarantined: int


def hash_scans(columns: dict[str, np.ndarray]) -> list[ScanHash]:
    """The ScanHashes of a shard's columns."""
    hashes = []
    for row, (scan, subject) in enumerate(zip(columns["scan"].tolist(), columns["subject"].tolist(), strict=True)):
        digest = hashlib.sha256()
        for name in SEEN:
            digest.update(np.ascontiguousarray(columns[name][row]).data.cast("B"))
        hashes.append(ScanHash(scan, subject, digest.hexdigest()))
    return hashes


def hash_text(hashes: list[ScanHash]) -> str:
    """hashes.csv: the columns HASH_COLUMNS, sorted by scan."""
    return "".join(",".join(row) + "\n" for row in (HASH_COLUMNS, *sorted(hashes)))


def audit_experiments(experiments: list[Experiment], folder: str | os.PathLike) -> list[Audit]:
    """The Audits of Experiments, from splits/, hashes.csv and quarantine.csv of their datasets below a folder."""
    audits = []
    for one in experiments:
        place = pathlib.Path(folder) / one.dataset
        splits = read_splits(place / "splits" / f"{repeat}.csv" for repeat in range(one.planned[0]))
        with open(place / "hashes.csv", encoding="utf-8", newline="") as file:
            hashes = [ScanHash(**row) for row in csv.DictReader(file)]
        audits.append(audit(one.predictions, splits, hashes, len(read_quarantine(place / "quarantine.csv"))))
    return audits


def audit(
    predictions: Predictions, splits: dict[int, dict[str, int]], hashes: list[ScanHash], quarantined: int
) -> Audit:
    """The Audit of an experiment's Predictions.

    splits: {repeat: {subject: fold}}. hashes: ScanHashes of the whole dataset; whose a scan is, they say.
    Raises InputError for a tested scan that is in no shard: what it was trained with is then not known.
    """
    content = {one.scan: one for one in hashes}
    same: dict[str, list[ScanHash]] = {}
    for one in hashes:
        same.setdefault(one.sha256, []).append(one)
    subjects, scans = {}, {}
    for repeat, fold, scan, name in zip(*(column.tolist() for column in predictions[:4]), strict=True):
        if scan not in content:
            raise InputError(f"scan {scan} was tested and is in no shard; delete its run and run again")
        split, run = splits[repeat], f"repeat {repeat}, fold {fold}"
        for subject in (name, content[scan].subject):
            if _trains(split, subject, fold):
                subjects[run, subject] = f"{run}: subject {subject}"
        for twin in same[content[scan].sha256]:
            if _trains(split, twin.subject, fold):
                scans[run, scan, twin.scan] = f"{run}: scan {scan} is tested, {twin.scan} trains"
    runs = len(np.unique(predictions.repeat << 32 | predictions.fold))
    identical = sum(len(group) for group in same.values() if len(group) > 1)
    return Audit(runs, list(subjects.values()), list(scans.values()), identical, quarantined)


def leakage_table(experiments: list[Experiment], audits: list[Audit]) -> Table:
    """The Table `leakage` of Experiments and their Audits."""
    rows = []
    for one, found in zip(experiments, audits, strict=True):
        counts = found.runs, len(found.subjects), len(found.scans), found.identical, found.quarantined
        leaks = "; ".join([*found.subjects, *found.scans][:SHOWN])
        rows.append((one.dataset, one.name, one.collection.kind, *map(str, counts), leaks))
    heading: tuple[str, ...] = ("dataset", "data", "experiment", "runs audited", "subjects in both halves")
    heading = (*heading, "identical scans in both halves", "identical scans", "quarantined")
    lines = [(row[0], row[2], row[1], *row[3:8]) for row in rows]
    notes = (
        "audited: of every run, the subjects and the content (SHA-256 of depth, normals and texture as the networks see"
        " them) of the test half against the training half.",
        "both halves: must be 0. identical scans: in the dataset, wherever they stand; two of one subject are no leak.",
    )
    return Table("leakage", "Leakage audit", COLUMNS, rows, heading, lines, left=3, notes=notes)


def leak_warnings(experiments: list[Experiment], audits: list[Audit]) -> tuple[str, ...]:
    """A sentence for each experiment with a leak, for the top of every table."""
    return tuple(
        f"{one.name} on {one.dataset} leaks: {len(found.subjects)} subjects and {len(found.scans)} identical scans"
        f" stand in both halves of a run. Its accuracy cannot be believed; see leakage.csv."
        for one, found in zip(experiments, audits, strict=True)
        if found.subjects or found.scans
    )


def judge_leakage(path: str | os.PathLike) -> str:
    """One line on how much was audited. path: of leakage.csv. Raises InputError with the first leaks if any."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    leaking = [row for row in rows if row["leaks"]]
    if leaking:
        head = f"{path}: what was tested also stands in the training half; these accuracies cannot be believed:"
        shown = [_leak_line(row) for row in leaking[:TOLD]]
        if len(leaking) > TOLD:
            shown.append(f"  and {len(leaking) - TOLD} more experiments")
        raise InputError("\n".join([head, *shown, "Take one of two identical scans out of the dataset and run again."]))
    return f"no leak in {sum(int(row['runs_audited']) for row in rows)} runs"


def _leak_line(row: dict[str, str]) -> str:
    subjects, scans = row["subjects_in_both_halves"], row["identical_scans_in_both_halves"]
    first = "; ".join(row["leaks"].split("; ")[:TOLD])
    more = "; and more" if int(subjects) + int(scans) > TOLD else ""
    return f"  {row['experiment']} on {row['dataset']}: {subjects} subjects, {scans} identical scans: {first}{more}"


def _trains(split: dict[str, int], subject: str, fold: int) -> bool:
    return split.get(subject, fold) != fold
