"""Were settings chosen without anybody who is tested? Derived from the files that `choose` left, not from its code."""

from collections.abc import Collection, Mapping, Sequence

from ffnet.errors import InputError
from ffnet.results.audit.parts import ScanHash, identical_scans, part_leaks

LISTED = 3  # leaks in a message


def check_choice(
    validated: Mapping[str, Mapping[int, Collection[str]]],
    split: Mapping[str, int],
    tested: Collection[str],
    hashes: Sequence[ScanHash],
) -> str:
    """One line on who chose. Raises InputError if a subject, or a scan of the same content, is in two of: those trained
    on in a run, those validated on, and those that the protocol tests.

    validated: setting -> fold -> the subjects whose predictions its run wrote. split: subject -> fold, of all who
    choose. tested: the subjects that take part in the protocol. hashes: of all scans of the dataset.
    """
    identical, runs, leaks = identical_scans(hashes), 0, []
    for setting, folds in validated.items():
        for fold, subjects in folds.items():
            training = {subject for subject, number in split.items() if number != fold}
            parts = {"training": training, "validation": subjects, "the test of the protocol": tested}
            found = part_leaks(parts, identical)
            leaks += [f"  {setting}, fold {fold}: {leak}" for leak in (*found.subjects, *found.scans)]
            runs += 1
    if leaks:
        more = [f"  and {len(leaks) - LISTED} more"] if len(leaks) > LISTED else []
        head = "the people of this choice are not apart; nothing was chosen:"
        raise InputError("\n".join([head, *leaks[:LISTED], *more]))
    return (
        f"audit: {runs} runs on {len(split)} people, none of the {len(tested)} that the protocol tests; no scan of the"
        " same content in two of training, validation and test"
    )
