"""Does the folder of each collection hold what its settings ask for?"""

import os
from collections.abc import Iterator

from ffnet.commands.findings import Finding, some
from ffnet.config import Config
from ffnet.demo.roster import collection_files
from ffnet.errors import InputError
from ffnet.expressions import NEUTRAL
from ffnet.quarantine import read_quarantine
from ffnet.scans.index import ScanRow
from ffnet.scans.settings import DatasetSettings
from ffnet.training.participants import (
    Participant,
    choose_participants,
    chosen_subjects,
    levels_of,
    list_participants,
)
from ffnet.training.splits import subject_folds
from ffnet.workflow import files
from ffnet.workflow.planning import PlannedDataset, is_synthetic, plan_dataset

TEXTURE_BESIDE = (".wrl", ".bnt")  # scans that are of no use without an image of their name
COPY = "copy them again; until then these scans are left out"


def check_names(config: Config) -> Iterator[Finding]:
    """Settings that speak of a collection which is not there."""
    for section, named in (
        ("protocol.subject_lists", config.protocol.subject_lists),
        ("results.maps_subjects", config.results.maps_subjects),
    ):
        for name in sorted(set(named) - set(config.datasets)):
            known = ", ".join(config.datasets)
            yield Finding("note", f"{section}: there is no dataset '{name}'", f"datasets are: {known}")


def check_collection(name: str, config: Config) -> Iterator[Finding]:
    """Findings on one dataset: what is there, what is missing, what is odd, and whether it is enough."""
    try:
        plan = plan_dataset(name, config)
    except InputError as error:
        yield Finding("PROBLEM", f"{name}: {error}")
        return
    dataset, rows = config.datasets[name], plan.rows
    everyone = list_participants(rows, left_out(name), dataset)
    complete = sum(one.complete == "yes" for one in everyone)
    count = f"{len(everyone)} subjects, {len(rows)} scans, {complete} complete subjects"
    if is_synthetic(name, config):
        yield check_generated(name, config, count)
    else:
        yield Finding("ok", f"{name}: {count} below {dataset.folder}")
        yield from check_rows(name, rows, dataset)
        yield from check_files(name, plan)
    yield from check_protocol(name, everyone, config)


def left_out(name: str) -> set[str]:
    """The scans that a dataset's quarantine.csv lists; none before it is written."""
    path = files.QUARANTINE.format(dataset=name)
    return {row.scan for row in read_quarantine(path)} if os.path.isfile(path) else set()


def check_generated(name: str, config: Config, count: str) -> Finding:
    """How much of the generated collection is there yet."""
    paths = collection_files(config.demo, config.datasets[name].layout)
    made = sum(os.path.exists(path) for path in paths)
    if made == len(paths):
        return Finding("ok", f"{name}: {count}, synthetic, all files made")
    if made:
        return Finding(
            "note", f"{name}: {count}, synthetic; {made} of {len(paths)} files are made, the run makes the rest"
        )
    return Finding("note", f"{name}: {count}, synthetic; not made yet, the run makes them")


def check_rows(name: str, rows: list[ScanRow], dataset: DatasetSettings) -> Iterator[Finding]:
    """What is missing from, or odd about, the scans of a collection on disk."""
    lacking = missing_expressions(rows, dataset)
    if lacking:
        yield Finding(
            "note",
            f"{name}: {len(lacking)} subjects are not complete: "
            + some([f"{subject} lacks {what}" for subject, what in lacking.items()]),
            "look for their files, or leave it so",
        )


def check_files(name: str, plan: PlannedDataset) -> Iterator[Finding]:
    """What the files of a PlannedDataset on disk lack, and which scans are not taken."""
    bare = [row.scan for row in plan.rows if not row.texture and row.mesh.lower().endswith(TEXTURE_BESIDE)]
    if bare:
        yield Finding(
            "note",
            f"{name}: {len(bare)} scans have no texture image beside them and will be left out: {some(bare)}",
            "copy the images again; they have the name of the scan",
        )
    paths = sorted({path for row in plan.rows for path in (row.mesh, row.texture) if path})
    lost = [path for path in paths if not os.path.isfile(path)]
    empty = [path for path in paths if os.path.isfile(path) and not os.path.getsize(path)]
    if lost:
        yield Finding("note", f"{name}: {len(lost)} files are missing: {some(lost)}", COPY)
    if empty:
        yield Finding("note", f"{name}: {len(empty)} files are empty: {some(empty)}", COPY)
    if plan.skipped:
        kinds = ", ".join(f"{count} {kind}" for kind, count in plan.skipped.items())
        yield Finding("note", f"{name}: other scans there, which are not taken: {kinds}")


def missing_expressions(rows: list[ScanRow], dataset: DatasetSettings) -> dict[str, str]:
    """Subject -> what it lacks, as text, for the subjects that are not complete."""
    have: dict[str, set[tuple[str, int | None]]] = {}
    for row in rows:
        have.setdefault(row.subject, set()).add((row.expression, None if row.expression == NEUTRAL else row.intensity))
    lacking = {}
    for subject in sorted(have):
        parts = [(name, level) for name in dataset.classes for level in levels_of(name, dataset)]
        missing = [part for part in parts if part not in have[subject]]
        if missing:
            lacking[subject] = " and ".join(
                f"{expression} {level}" if len(levels_of(expression, dataset)) > 1 else expression
                for expression, level in missing
            )
    return lacking


def check_protocol(name: str, everyone: list[Participant], config: Config) -> Iterator[Finding]:
    """Whether the subjects suffice for protocol.subjects and protocol.folds."""
    protocol = config.protocol
    try:
        participants = choose_participants(everyone, name, protocol)
        subjects = chosen_subjects(participants)
        subject_folds(subjects, protocol.folds, protocol.seed, repeat=0)
    except InputError as error:
        yield Finding("PROBLEM", f"{name}: {error}")
        return
    yield Finding("ok", f"{name}: {len(subjects)} subjects take part, in {protocol.folds} folds")
    partly = [one.subject for one in participants if one.chosen == "yes" and one.complete == "no"]
    if partly:
        yield Finding(
            "note",
            f"{name}: {len(partly)} of the {len(subjects)} take part without some of their scans: {some(partly)}",
            "there are not enough complete subjects; repair the scans, or lower protocol.subjects",
        )
