"""Is anything that was tested also in the training half? Subjects, and scans of the same content.

The training half is derived again here from the split and from what the shards hold, without the code that trained. Of
runs with a validation part, its subjects are those that the record of the run names.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ffnet.errors import InputError
from ffnet.quarantine import SHOWN, read_quarantine
from ffnet.results.audit.partition import read_splits
from ffnet.results.audit.parts import ScanHash, identical_scans, part_leaks
from ffnet.results.cross_runs import CrossTested
from ffnet.results.predictions import Predictions, run_codes
from ffnet.results.run_records import Records
from ffnet.results.tables.columns import WHICH
from ffnet.results.tables.table import Column, Row, Table, frame_of, rows_of
from ffnet.results.tested_experiments import Experiment
from ffnet.storage import read_table

SEEN = ("depth", "normals", "texture")  # what a network sees of a scan
HASH_COLUMNS = ("scan", "subject", "sha256")
LISTED = 3  # leaks of an experiment, and experiments, in a message
COLUMNS = (
    *WHICH,
    Column("runs_audited", "all runs behind the tables", heading="runs audited"),
    Column(
        "subjects_in_both_halves",
        "or in validation and one of them, of any run, counted once per run; must be 0",
        heading="subjects in both halves",
    ),
    Column(
        "identical_scans_in_both_halves",
        "tested scans whose content is also in the training half, or pairs across the validation part; must be 0",
        heading="identical scans in both halves",
    ),
    Column(
        "identical_scans",
        "scans whose content occurs more than once in the dataset, or also in the one that trained",
        heading="identical scans",
    ),
    Column("quarantined", "scans that were left out, see quarantine.csv of the dataset", heading="quarantined"),
    Column("leaks", "the first of them"),
)
NOTES = (
    "audited: of every run, the subjects and the content (SHA-256 of depth, normals and texture as the networks see"
    " them) of the test half against the training half.",
    "both halves: must be 0. identical scans: anywhere in the dataset; two of one subject are no leak.",
)


class Audit(NamedTuple):
    """What was found in the runs of one experiment on one dataset. subjects, scans: a sentence for each leak.
    identical, quarantined: how many scans of the dataset."""

    runs: int
    subjects: list[str]
    scans: list[str]
    identical: int
    quarantined: int


class Evidence(NamedTuple):
    """What the runs of a dataset are audited against. splits: {repeat: {subject: fold}}. hashes: of all its scans.
    quarantined: how many scans were left out."""

    splits: dict[int, dict[str, int]]
    hashes: list[ScanHash]
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


def read_evidence(
    splits: Iterable[str | os.PathLike], hashes: str | os.PathLike, quarantine: str | os.PathLike
) -> Evidence:
    """The Evidence of a dataset's files: splits/{repeat}.csv, hashes.csv, quarantine.csv. Raises InputError that names
    the file where one is not whole."""
    rows = [ScanHash(*row) for row in read_table(hashes, HASH_COLUMNS)]
    return Evidence(read_splits(splits), rows, len(read_quarantine(quarantine)))


def audit(predictions: Predictions, evidence: Evidence, people: Sequence[Mapping[str, Any]] = ()) -> Audit:
    """The Audit of an experiment's Predictions. Whose a scan is, the hashes say. people: of the runs with a validation
    part, see gather_records.

    Raises InputError for a tested scan that is in no shard: what it was trained with is then not known.
    """
    splits, hashes, quarantined = evidence
    content = {hashed.scan: hashed for hashed in hashes}
    same: dict[str, list[ScanHash]] = {}
    for hashed in hashes:
        same.setdefault(hashed.sha256, []).append(hashed)
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
    twins = identical_scans(hashes)
    for row in people:
        of_run = (predictions.repeat == row["repeat"]) & (predictions.fold == row["fold"])
        tested = {content[scan].subject for scan in predictions.scan[of_run].tolist()}
        parts = {"training": row["training"], "validation": row["validation"], "test": tested}
        run = f"repeat {row['repeat']}, fold {row['fold']}"
        leaks = part_leaks(parts, twins)
        subjects |= {(run, leak): f"{run}: {leak}" for leak in leaks.subjects}
        scans |= {(run, leak, ""): f"{run}: {leak}" for leak in leaks.scans}
    runs = len(np.unique(run_codes(predictions)))
    identical = sum(map(len, twins))
    return Audit(runs, list(subjects.values()), list(scans.values()), identical, quarantined)


def audit_cross(predictions: Predictions, train: Evidence, test: Evidence, same_layout: bool) -> Audit:
    """The Audit of runs that were trained on all who take part in one dataset and tested on another.

    train, test: Evidence of the two. same_layout: of both; only then is a subject's name the same person. Raises
    InputError for a tested scan that is in no shard.
    """
    trained = set(train.splits[0])
    content = {hashed.scan: hashed for hashed in test.hashes}
    same: dict[str, list[ScanHash]] = {}
    for hashed in train.hashes:
        if hashed.subject in trained:
            same.setdefault(hashed.sha256, []).append(hashed)
    subjects, scans = {}, {}
    for repeat, scan, name in zip(
        predictions.repeat, predictions.scan.tolist(), predictions.subject.tolist(), strict=True
    ):
        if scan not in content:
            raise InputError(f"scan {scan} was tested and is in no shard; delete its run and run again")
        for subject in {name, content[scan].subject} & trained if same_layout else ():
            subjects[repeat, subject] = f"repeat {repeat}: subject {subject}"
        for twin in same.get(content[scan].sha256, ()):
            scans[repeat, scan, twin.scan] = f"repeat {repeat}: scan {scan} is tested, {twin.scan} trains"
    runs, identical = len(np.unique(predictions.repeat)), len({scan for _, scan, _ in scans})
    return Audit(runs, list(subjects.values()), list(scans.values()), identical, test.quarantined)


def leakage_frame(
    experiments: Sequence[Experiment],
    evidence: Mapping[str, Evidence],
    records: Records,
    crosses: Sequence[CrossTested] = (),
) -> pd.DataFrame:
    """A row for each of the Experiments, and of those across datasets, with what its Audit found, as COLUMNS say.
    evidence: of each dataset. records: of the experiments, see gather_records."""
    people = {which: record.get("people", ()) for which, record in records.items()}
    audits = [
        (one, audit(one.predictions, evidence[one.dataset], people.get((one.dataset, one.name), ())))
        for one in experiments
    ]
    for runs, one in crosses:
        pair = evidence[runs.train], evidence[runs.test]
        audits.append((one, audit_cross(one.predictions, *pair, runs.same_layout)))
    rows = []
    for experiment, found in audits:
        counts = found.runs, len(found.subjects), len(found.scans), found.identical, found.quarantined
        leaks = "; ".join([*found.subjects, *found.scans][:SHOWN])
        rows.append((experiment.dataset, experiment.name, experiment.info.kind, *counts, leaks))
    return frame_of(rows, COLUMNS)


def leakage_table(frame: pd.DataFrame) -> Table:
    """The Table `leakage` of leakage_frame."""
    return Table("leakage", "Leakage audit", COLUMNS, frame, NOTES)


def leak_warnings(frame: pd.DataFrame) -> list[str]:
    """A sentence for each experiment of leakage_frame with a leak, for the top of every table and of the page."""
    return [
        f"{row['experiment']} on {row['dataset']} leaks: {row['subjects_in_both_halves']} subjects and"
        f" {row['identical_scans_in_both_halves']} identical scans are in both halves of a run. Its accuracy cannot be"
        f" trusted; see leakage.csv."
        for row in rows_of(frame[frame["leaks"] != ""])
    ]


def check_leakage(path: str | os.PathLike) -> str:
    """One line on how much was audited. path: of leakage.csv. Raises InputError with the first leaks if any."""
    frame = pd.read_csv(path, keep_default_na=False)
    leaking = rows_of(frame[frame["leaks"] != ""])
    if leaking:
        head = f"{path}: what was tested is also in the training half; these accuracies cannot be trusted:"
        listed = [_leak_line(row) for row in leaking[:LISTED]]
        if len(leaking) > LISTED:
            listed.append(f"  and {len(leaking) - LISTED} more experiments")
        end = "Remove one of two identical scans from the dataset and run again."
        raise InputError("\n".join([head, *listed, end]))
    return f"no leak in {frame['runs_audited'].sum()} runs"


def _leak_line(row: Row) -> str:
    subjects, scans = row["subjects_in_both_halves"], row["identical_scans_in_both_halves"]
    first = "; ".join(row["leaks"].split("; ")[:LISTED])
    more = "; and more" if subjects + scans > LISTED else ""
    return f"  {row['experiment']} on {row['dataset']}: {subjects} subjects, {scans} identical scans: {first}{more}"


def _trains(split: dict[str, int], subject: str, fold: int) -> bool:
    return split.get(subject, fold) != fold
