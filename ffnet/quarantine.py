"""One bad scan never stops the others, and is never dropped without a word."""

import csv
import io
import time

from ffnet.errors import ScanError
from ffnet.storage import Rejected


def each_scan(scans, work, stage):
    """Calls work(i) for scan i and goes on after a ScanError.

    scans: names. Prints a line per scan with what remains. Returns (positions kept, their results, Rejected rows).
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
        passed = time.perf_counter() - start
        remaining = passed / (i + 1) * (len(scans) - i - 1)
        print(f"{stage} {i + 1}/{len(scans)} {scan} {outcome} ({passed:.0f} s, {remaining:.0f} s to go)", flush=True)
    return kept, results, rejected


def quarantine_text(rejected):
    """quarantine.csv as text: scan, stage, reason, sorted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Rejected._fields)
    writer.writerows(sorted(rejected))
    return text.getvalue()
