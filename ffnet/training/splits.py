"""Which subjects are tested together (paper, section 3.1)."""

import itertools
import os
from collections.abc import Collection, Mapping

import numpy as np

from ffnet.errors import InputError
from ffnet.seeds import seed_of
from ffnet.storage import read_table


def subject_folds(subjects: list[str], folds: int, seed: int, repeat: int) -> dict[str, int]:
    """Subject -> fold, for `folds` folds whose sizes differ by at most one; depends on nothing but the arguments.

    Raises InputError if there are fewer subjects than folds.
    """
    if len(subjects) < folds:
        raise InputError(f"protocol.folds is {folds}, but there are {len(subjects)} subjects; lower protocol.folds")
    order = sorted(subjects, key=lambda subject: seed_of(seed, "fold", repeat, subject))
    return {subject: place % folds for place, subject in enumerate(order)}


def fold_masks(subject: np.ndarray, split: dict[str, int], fold: int) -> tuple[np.ndarray, np.ndarray]:
    """Which scans train and which are tested: two boolean arrays (n,).

    subject: (n,) str. split: subject -> fold. Scans of subjects outside the split are in neither.
    Raises InputError if a half is empty.
    """
    tested = np.isin(subject, [name for name, number in split.items() if number == fold])
    trained = np.isin(subject, [name for name, number in split.items() if number != fold])
    if not trained.any() or not tested.any():
        raise InputError(f"fold {fold}: {trained.sum()} scans to train on and {tested.sum()} to test; both are needed")
    return trained, tested


def validation_subjects(subjects: Collection[str], count: int, *seed: object) -> list[str]:
    """The names of `count` of the subjects of a training half, drawn by the seed's parts; of a larger count, these are
    the first.

    Raises InputError if none would be left to train on.
    """
    if count and count >= len(subjects):
        raise InputError(
            f"protocol.validation is {count}, but a training half has {len(subjects)} subjects;"
            " lower protocol.validation"
        )
    return sorted(subjects, key=lambda subject: seed_of(*seed, "validation", subject))[:count]


def check_disjoint(parts: Mapping[str, np.ndarray]) -> None:
    """Raises InputError if a subject is in two parts of a run. parts: name -> array of the part's subjects."""
    for (one, subjects), (other, others) in itertools.combinations(parts.items(), 2):
        both = sorted(set(subjects.tolist()) & set(others.tolist()))
        if both:
            raise InputError(f"in the {one} and in the {other} at once: {', '.join(both)}; nothing was trained")


def split_table(folds: dict[str, int]) -> str:
    """CSV text with the columns subject,fold, sorted by subject. folds: subject -> fold."""
    return "subject,fold\n" + "".join(f"{subject},{fold}\n" for subject, fold in sorted(folds.items()))


def read_split(path: str | os.PathLike) -> dict[str, int]:
    """{subject: fold} of a file that split_table wrote.

    Raises InputError that names the file and the line where a fold is no number or a subject occurs twice.
    """
    split = {}
    for line, (subject, fold) in enumerate(read_table(path, ("subject", "fold")), start=2):
        if not fold.isdecimal():
            raise InputError(f"{path}, line {line}: expected a whole number as fold, found '{fold}'")
        if subject in split:
            raise InputError(f"{path}, line {line}: subject {subject} occurs a second time")
        split[subject] = int(fold)
    return split
