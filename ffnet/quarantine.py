"""Scans that cannot be used. They never stop the others and are always reported."""

import csv
import io
import logging
import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from ffnet.errors import InputError, ScanError, unforeseen
from ffnet.settings import setting

T = TypeVar("T")
log = logging.getLogger(__name__)
SHOWN = 10  # rows of the list in a message


class Rejected(NamedTuple):
    """A row of quarantine.csv: a scan that was left out, the stage that left it out, and why."""

    scan: str
    stage: str
    reason: str


class Share(NamedTuple):
    """How many scans of a group were left out."""

    group: str
    left_out: int
    scans: int

    def __str__(self) -> str:
        return f"{self.left_out} of {self.scans} {self.group} were left out ({self.left_out / self.scans:.1%})"

    def exceeds(self, settings: "QuarantineSettings") -> bool:
        """Whether more than settings.max_share of the scans were left out."""
        return self.left_out > settings.max_share * self.scans


@dataclass(frozen=True)
class QuarantineSettings:
    """Section `quarantine` of config.yaml."""

    max_share: float = setting(least=0.0, most=1.0)


def each_scan(
    scans: Collection[str], work: Callable[[int], T], stage: str
) -> tuple[list[int], list[T], list[Rejected]]:
    """Calls work(i) for each scan i and continues after an error of one scan.

    scans: their names. Logs a line per scan with the time left. A ScanError leaves a scan out with its message, any
    other error of one scan with its traceback in the log; what every scan would meet, an InputError or a failed import,
    is raised. Returns (indices kept, their results, rows left out).
    """
    kept, results, rejected = [], [], []
    start = time.perf_counter()
    for i, scan in enumerate(scans):
        try:
            results.append(work(i))
            kept.append(i)
            outcome = "ok"
        except ScanError as error:
            rejected.append(Rejected(str(scan), stage, str(error)))
            outcome = f"quarantined: {error}"
        except (InputError, ImportError):
            raise
        except Exception as error:  # what nobody foresaw in one scan must not cost the others
            log.exception(f"{stage} {scan}: an unforeseen error")
            rejected.append(Rejected(str(scan), stage, unforeseen(error)))
            outcome = f"quarantined: {unforeseen(error)}"
        passed = time.perf_counter() - start
        remaining = passed / (i + 1) * (len(scans) - i - 1)
        log.info(f"{stage} {i + 1}/{len(scans)} {scan} {outcome} ({passed:.1f} s, {remaining:.0f} s to go)")
    return kept, results, rejected


def quarantine_text(rejected: list[Rejected]) -> str:
    """quarantine.csv as text: scan, stage, reason, sorted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Rejected._fields)
    writer.writerows(sorted(rejected))
    return text.getvalue()


def check_quarantine(
    rejected: list[Rejected], shares: list[Share], settings: QuarantineSettings, path: str | os.PathLike
) -> str:
    """A line on each Share.

    path: of quarantine.csv, for the message. Raises InputError with the first rows of the list if more
    than settings.max_share of any Share were left out.
    """
    lines = [f"{share}; the limit is {settings.max_share:.1%}" for share in shares]
    high = [str(share) for share in shares if share.exceeds(settings)]
    if not high:
        return "\n".join(lines)
    rows = [f"  {row.scan} ({row.stage}): {row.reason}" for row in sorted(rejected)]
    more = [f"  and {len(rows) - SHOWN} more"] if len(rows) > SHOWN else []
    raise InputError(
        "\n".join(
            [
                f"{' and '.join(high)}, more than quarantine.max_share allows ({settings.max_share:.1%}). Repair the "
                f"files or raise quarantine.max_share in config.yaml. The list is in {path}:",
                *rows[:SHOWN],
                *more,
            ]
        )
    )


def refuse_to_train(shares: list[Share], settings: QuarantineSettings, path: str | os.PathLike) -> None:
    """Raises a shorter InputError where check_quarantine raises one."""
    if any(share.exceeds(settings) for share in shares):
        raise InputError(f"too many scans were left out, so nothing is trained; they are listed in {path}")


def read_quarantine(path: str | os.PathLike) -> list[Rejected]:
    """The Rejected rows of quarantine.csv."""
    with open(path, encoding="utf-8", newline="") as file:
        return [Rejected(**row) for row in csv.DictReader(file)]
