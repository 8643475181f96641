"""Who takes part (paper, section 3.1), decided once it is known which scans can be used."""

import csv
import io
import os
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from ffnet.errors import InputError
from ffnet.expressions import NEUTRAL
from ffnet.quarantine import Share
from ffnet.scans.index import ScanRow
from ffnet.scans.settings import DatasetSettings
from ffnet.seeds import seed_of
from ffnet.storage import read_table
from ffnet.training.settings import ProtocolSettings

SHOWN = 10  # subjects that a message names


class Participant(NamedTuple):
    """One subject of a dataset, a row of subjects.csv.

    scans: how many the dataset asks for and the collection has. usable: how many of these no stage left out.
    missing: the classes of which no scan is usable, joined by blanks. complete: "yes" if every class is there at every
    intensity and every scan is usable, else "no". chosen: "yes" or "no"; where each repeat draws its own subjects, of
    the first repeat, of final models and of pairs of collections.
    """

    subject: str
    scans: int
    usable: int
    missing: str
    complete: str
    chosen: str = "no"


def list_participants(
    rows: Iterable[ScanRow], left_out: Collection[str], dataset: DatasetSettings
) -> list[Participant]:
    """Every subject of the manifest, sorted, none chosen yet.

    rows: of the manifest. left_out: the scans in quarantine. Where a dataset takes the first of several scans of a
    person, expression and intensity, they count as one, which is usable if any of them is.
    """
    scans: dict[str, dict[tuple, list[bool]]] = defaultdict(lambda: defaultdict(list))  # subject -> part -> usable
    for row in rows:
        level = None if row.expression == NEUTRAL else row.intensity
        scans[row.subject][row.expression, level].append(row.scan not in left_out)
    wanted = {(name, level) for name in dataset.classes for level in levels_of(name, dataset)}
    return [_participant(subject, scans[subject], wanted, dataset) for subject in sorted(scans)]


def levels_of(expression: str, dataset: DatasetSettings) -> tuple[int | None, ...]:
    """The intensities that a dataset asks of an expression; a neutral face has none."""
    return (None,) if expression == NEUTRAL else dataset.intensities


def _participant(
    subject: str, scans: dict[tuple, list[bool]], wanted: set[tuple], dataset: DatasetSettings
) -> Participant:
    if dataset.takes == "first":
        scans = {part: [any(takes)] for part, takes in scans.items()}
    usable = {expression for (expression, _), takes in scans.items() if any(takes)}
    total, kept = (sum(map(count, scans.values())) for count in (len, sum))
    missing = [name for name in dataset.classes if name not in usable]
    complete = wanted <= set(scans) and kept == total
    return Participant(subject, total, kept, " ".join(missing), "yes" if complete else "no")


def choose_participants(everyone: list[Participant], dataset: str, protocol: ProtocolSettings) -> list[Participant]:
    """The same Participants with those marked who take part.

    They are the subjects of protocol.subject_lists, or drawn by the seed: complete ones first, and where these are too
    few, those with a usable scan of every class. A subject more or fewer, or one whose scans become usable, changes at
    most one other. Raises InputError that says how many there are if they are too few, or if a listed one lacks a
    class.
    """
    if dataset in protocol.subject_lists:
        chosen = listed_subjects(everyone, protocol.subject_lists[dataset], dataset)
    else:
        chosen = draw_subjects(everyone, protocol.subjects, dataset, protocol.seed)
    return [one._replace(chosen="yes" if one.subject in chosen else "no") for one in everyone]


def draw_subjects(everyone: list[Participant], count: int, dataset: str, seed: int, repeat: int = 0) -> set[str]:
    """The names of `count` subjects, drawn by the seed, others in each repeat; see choose_participants."""
    able = [one for one in everyone if not one.missing]
    if len(able) < count:
        complete = sum(one.complete == "yes" for one in able)
        raise InputError(
            f"protocol.subjects is {count}, but {dataset} has {len(able)} subjects with a usable scan of every class "
            f"({complete} of them complete); lower protocol.subjects, or repair the scans in "
            f"results/{dataset}/quarantine.csv. {_without(everyone)}"
        )
    parts = (seed, "subject", *([repeat] if repeat else []))  # the first is the draw of subjects.csv
    order = sorted(able, key=lambda one: (one.complete == "no", seed_of(*parts, one.subject)))
    return {one.subject for one in order[:count]}


def repeat_subjects(everyone: list[Participant], redrawn: int, dataset: str, seed: int, repeat: int) -> list[str]:
    """The names of those who take part in a repeat, sorted. everyone: of subjects.csv. redrawn: how many the repeat
    draws for itself, see ProtocolSettings; 0 for those of subjects.csv. Raises InputError as draw_subjects does."""
    if not redrawn:
        return chosen_subjects(everyone)
    return sorted(draw_subjects(everyone, redrawn, dataset, seed, repeat))


def listed_subjects(everyone: list[Participant], subjects: tuple[str, ...], dataset: str) -> set[str]:
    """The names in a user's list. Raises InputError if one is named twice, is not there or lacks a class."""
    where, missing = f"protocol.subject_lists.{dataset}", {one.subject: one.missing for one in everyone}
    for subject in subjects:
        if subjects.count(subject) > 1:
            raise InputError(f"{where}: {subject} is named twice")
        if subject not in missing:
            raise InputError(f"{where}: there is no subject {subject} among the {len(everyone)} of {dataset}")
        if missing[subject]:
            raise InputError(
                f"{where}: {subject} has no usable scan of {missing[subject].replace(' ', ', ')}; take it off the "
                f"list, or repair its scans in results/{dataset}/quarantine.csv"
            )
    return set(subjects)


def _without(everyone: list[Participant]) -> str:
    named = [f"{one.subject} ({one.missing.replace(' ', ', ')})" for one in everyone if one.missing]
    if not named:
        return f"There are {len(everyone)} subjects in all."
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return f"Without a usable scan of a class: {', '.join(named[:SHOWN])}{more}."


def participants_text(participants: Iterable[Participant]) -> str:
    """subjects.csv as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Participant._fields)
    writer.writerows(participants)
    return text.getvalue()


def read_participants(path: str | os.PathLike) -> list[Participant]:
    """The Participants of subjects.csv. Raises InputError that names the file and line if it is not whole."""
    participants = []
    for line, (subject, scans, usable, *rest) in enumerate(read_table(path, Participant._fields), start=2):
        if not (scans.isdecimal() and usable.isdecimal()):
            raise InputError(f"{path}, line {line}: expected two whole numbers, found {scans} and {usable}")
        participants.append(Participant(subject, int(scans), int(usable), *rest))
    return participants


def subjects_of_repeats(
    everyone: list[Participant], dataset: str, protocol: ProtocolSettings, repeats: int
) -> set[str]:
    """The names of those who take part in any of so many repeats; in the first, if there are none."""
    drawn = (protocol.redrawn(repeat) for repeat in range(max(repeats, 1)))
    return {
        subject
        for repeat, count in enumerate(drawn)
        for subject in repeat_subjects(everyone, count, dataset, protocol.seed, repeat)
    }


def left_out_shares(everyone: list[Participant], tested: Collection[str], left_out: int, scans: int) -> list[Share]:
    """The Shares of all scans of a dataset, of which `left_out` of `scans` are in quarantine, and of those of the
    tested subjects."""
    rows = [one for one in everyone if one.subject in tested]
    wanted, usable = (sum(getattr(one, name) for one in rows) for name in ("scans", "usable"))
    return [Share("scans", left_out, scans), Share("scans of the subjects that take part", wanted - usable, wanted)]


def chosen_subjects(participants: Iterable[Participant]) -> list[str]:
    """The names of those who take part."""
    return [one.subject for one in participants if one.chosen == "yes"]
