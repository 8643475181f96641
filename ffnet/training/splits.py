"""Who takes part, and which subjects are tested together (paper, section 3.1)."""

import os
from collections.abc import Sequence

import numpy as np

from ffnet.errors import InputError
from ffnet.scans.index import ScanRow, complete_subjects
from ffnet.seeds import seed_of
from ffnet.storage import read_table
from ffnet.training.settings import ProtocolSettings


def draw_subjects(complete: list[str], count: int, dataset: str, seed: int) -> list[str]:
    """`count` of the complete subjects, sorted; one more or one fewer subject on disk changes at most one of them.

    Raises InputError if there are fewer.
    """
    if len(complete) < count:
        raise InputError(
            f"protocol.subjects is {count}, but {dataset} has {len(complete)} subjects with all expressions at"
            f" every level asked; lower protocol.subjects"
        )
    return sorted(sorted(complete, key=lambda subject: seed_of(seed, "subject", subject))[:count])


def listed_subjects(complete: list[str], subjects: tuple[str, ...], dataset: str) -> list[str]:
    """The user's own list, sorted. Raises InputError if one is named twice or is not complete."""
    where = f"protocol.subject_lists.{dataset}"
    for subject in subjects:
        if subjects.count(subject) > 1:
            raise InputError(f"{where}: {subject} is named twice")
        if subject not in complete:
            raise InputError(
                f"{where}: {subject} is not one of the {len(complete)} subjects with all expressions at every level"
                f" asked"
            )
    return sorted(subjects)


def subject_folds(subjects: list[str], folds: int, seed: int, repeat: int) -> dict[str, int]:
    """Subject -> fold, for `folds` folds whose sizes differ by at most one; depends on nothing but the arguments.

    Raises InputError if there are fewer subjects than folds.
    """
    if len(subjects) < folds:
        raise InputError(f"protocol.folds is {folds}, but there are {len(subjects)} subjects; lower protocol.folds")
    order = sorted(subjects, key=lambda subject: seed_of(seed, "fold", repeat, subject))
    return {subject: place % folds for place, subject in enumerate(order)}


def split_subjects(
    rows: list[ScanRow],
    dataset: str,
    intensities: Sequence[int],
    classes: Sequence[str],
    protocol: ProtocolSettings,
    repeat: int,
) -> dict[str, int]:
    """Subject -> fold for one repeat of a dataset.

    rows: the dataset's ScanRows. intensities, classes: levels and expressions a subject must have. protocol:
    ProtocolSettings. Scans that are left out later, see quarantine.csv, change no split: the subject takes part with
    those that remain.
    """
    complete = complete_subjects(rows, intensities, classes)
    if dataset in protocol.subject_lists:
        subjects = listed_subjects(complete, protocol.subject_lists[dataset], dataset)
    else:
        subjects = draw_subjects(complete, protocol.subjects, dataset, protocol.seed)
    return subject_folds(subjects, protocol.folds, protocol.seed, repeat)


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


def check_disjoint(trained: np.ndarray, tested: np.ndarray) -> None:
    """Raises InputError if a subject is in both halves. trained, tested: arrays of the halves' subjects."""
    both = sorted(set(trained.tolist()) & set(tested.tolist()))
    if both:
        raise InputError(f"in the training half and in the test half at once: {', '.join(both)}; nothing was trained")


def split_table(folds: dict[str, int]) -> str:
    """CSV text with the columns subject,fold, sorted by subject. folds: subject -> fold."""
    return "subject,fold\n" + "".join(f"{subject},{fold}\n" for subject, fold in sorted(folds.items()))


def read_split(path: str | os.PathLike) -> dict[str, int]:
    """{subject: fold} of a file that split_table wrote.

    Raises InputError that names the file and the line where a fold is no number or a subject stands twice.
    """
    split = {}
    for line, (subject, fold) in enumerate(read_table(path, ("subject", "fold")), start=2):
        if not fold.isdecimal():
            raise InputError(f"{path}, line {line}: the fold must be a whole number, '{fold}' came")
        if subject in split:
            raise InputError(f"{path}, line {line}: subject {subject} stands here a second time")
        split[subject] = int(fold)
    return split
