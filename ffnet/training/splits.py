"""Which subjects are tested together (paper, section 3.1)."""

import os

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
