"""Does the folder of each dataset hold the scans that the settings ask for?"""

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
    repeat_subjects,
)
from ffnet.training.splits import subject_folds
from ffnet.workflow import files
from ffnet.workflow.planning import PlannedDataset, is_demo, plan_dataset

TEXTURE_BESIDE = (".wrl", ".bnt")  # scans that need a texture image of the same name
COPY = "copy them again; until then these scans are left out"


def check_names(config: Config) -> Iterator[Finding]:
    """Settings that name a dataset which does not exist."""
    for section, named in (
        ("protocol.subject_lists", config.protocol.subject_lists),
        ("results.maps_subjects", config.results.maps_subjects),
    ):
        for name in sorted(set(named) - set(config.datasets)):
            yield Finding(
                "note",
                f"{section}: there is no dataset '{name}'",
                f"the datasets are: {', '.join(config.datasets)}",
            )


def check_collection(name: str, config: Config) -> Iterator[Finding]:
    """Findings on one dataset: how many scans it has, which are missing or odd, and whether they are enough."""
    try:
        plan = plan_dataset(name, config)
    except InputError as error:
        yield Finding("PROBLEM", f"{name}: {error}")
        return
    dataset, rows = config.datasets[name], plan.rows
    everyone = list_participants(rows, left_out(name), dataset)
    complete = sum(one.complete == "yes" for one in everyone)
    count = f"{len(everyone)} subjects, {len(rows)} scans, {complete} complete subjects"
    if is_demo(name, config):
        yield check_generated(name, config, count)
    else:
        yield Finding("ok", f"{name}: {count} in {dataset.folder}")
        yield from check_rows(name, rows, dataset)
        yield from check_files(name, plan, dataset)
    yield from check_protocol(name, everyone, config)


def left_out(name: str) -> set[str]:
    """The scans that a dataset's quarantine.csv lists; none before it is written."""
    path = files.QUARANTINE.format(dataset=name)
    return {row.scan for row in read_quarantine(path)} if os.path.isfile(path) else set()


def check_generated(name: str, config: Config, count: str) -> Finding:
    """How many files of the demo collection have been generated."""
    paths = collection_files(config.demo, config.datasets[name].layout)
    made = sum(os.path.exists(path) for path in paths)
    if made == len(paths):
        return Finding("ok", f"{name}: {count}, synthetic; all files are there")
    if made:
        progress = f"{made} of {len(paths)} files are there, the workflow generates the rest"
        return Finding("note", f"{name}: {count}, synthetic; {progress}")
    return Finding("note", f"{name}: {count}, synthetic; the workflow generates them")


def check_rows(name: str, rows: list[ScanRow], dataset: DatasetSettings) -> Iterator[Finding]:
    """Subjects of a collection on disk that lack scans."""
    lacking = missing_expressions(rows, dataset)
    if lacking:
        yield Finding(
            "note",
            f"{name}: {len(lacking)} subjects are incomplete: "
            + some([f"{subject} lacks {what}" for subject, what in lacking.items()]),
            "look for the missing scans, or leave it at that",
        )


def check_files(name: str, plan: PlannedDataset, dataset: DatasetSettings) -> Iterator[Finding]:
    """Files of a PlannedDataset that are missing or empty, and scans that are not used."""
    suffixes = TEXTURE_BESIDE if dataset.layout != "manifest" else (".bnt",)
    bare = [row.scan for row in plan.rows if not row.texture and row.mesh.lower().endswith(suffixes)]
    if bare:
        yield Finding(
            "note",
            f"{name}: {len(bare)} scans have no texture image next to them and will be left out: {some(bare)}",
            "copy the images again; each has the name of its scan",
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
        yield Finding("note", f"{name}: other scans in the folder, not used: {kinds}")


def missing_expressions(rows: list[ScanRow], dataset: DatasetSettings) -> dict[str, str]:
    """Subject -> the expressions it lacks, as text, for every incomplete subject."""
    present: dict[str, set[tuple[str, int | None]]] = {}
    for row in rows:
        level = None if row.expression == NEUTRAL else row.intensity
        present.setdefault(row.subject, set()).add((row.expression, level))
    lacking = {}
    for subject in sorted(present):
        parts = [(name, level) for name in dataset.classes for level in levels_of(name, dataset)]
        missing = [part for part in parts if part not in present[subject]]
        if missing:
            lacking[subject] = " and ".join(
                f"{expression} {level}" if len(levels_of(expression, dataset)) > 1 else expression
                for expression, level in missing
            )
    return lacking


def check_protocol(name: str, everyone: list[Participant], config: Config) -> Iterator[Finding]:
    """Whether there are enough subjects for protocol.subjects and protocol.folds."""
    protocol = config.protocol
    try:
        participants = choose_participants(everyone, name, protocol)
        subjects = chosen_subjects(participants)
        subject_folds(subjects, protocol.folds, protocol.seed, repeat=0)
    except InputError as error:
        yield Finding("PROBLEM", f"{name}: {error}")
        return
    each = ", drawn again in each repeat" if protocol.redraw else ""
    yield Finding("ok", f"{name}: {len(subjects)} subjects take part, in {protocol.folds} folds{each}")
    if protocol.redraw and set(subjects) == set(
        repeat_subjects(participants, protocol.subjects, name, protocol.seed, 1)
    ):
        yield Finding(
            "note",
            f"{name}: protocol.redraw changes little: the first two repeats draw the same {len(subjects)} subjects",
            "lower protocol.subjects below the number of complete subjects, so that there are others to draw",
        )
    partly = [one.subject for one in participants if one.chosen == "yes" and one.complete == "no"]
    if partly:
        yield Finding(
            "note",
            f"{name}: {len(partly)} of these {len(subjects)} subjects lack some of their scans: {some(partly)}",
            "there are not enough complete subjects; repair the scans, or lower protocol.subjects",
        )
