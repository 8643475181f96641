"""What every workflow script does around its work: a log of its own, and short words for what a user can mend."""

import contextlib
import errno
import io
import logging
import os
import pathlib
import platform
import sys
import time
import traceback
from collections.abc import Iterator

from ffnet.errors import InputError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DONE, FAILED = "done after", "failed after"  # how the last line of a log begins; without one its job was killed


@contextlib.contextmanager
def job_log(path: str | os.PathLike) -> Iterator[None]:
    """Sends all that a job prints, C libraries included, to its log file, between a first line that says where it runs
    and a last one that says how it ended.

    An InputError and a full disk end the job with a message alone, on the terminal and in the log; any other error is
    written to the log in full and raised on.
    """
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    terminal = [os.dup(1), os.dup(2)]
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    sys.stdout.flush()
    os.dup2(log, 1)
    os.dup2(log, 2)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    began, ending = time.perf_counter(), FAILED
    try:
        print(first_line(), flush=True)
        logging.basicConfig(stream=sys.stdout, format="%(message)s")
        logging.getLogger("ffnet").setLevel(logging.INFO)
        yield
        ending = DONE
    except BaseException as error:
        message = short_message(error)
        with contextlib.suppress(OSError):  # the log's disk may be the one that is full
            traceback.print_exc() if message is None else print(f"error: {message}", file=sys.stderr)
        if message is None:
            raise
        os.write(terminal[1], f"\nerror: {message}\nlog: {path}\n\n".encode())
        raise SystemExit(1) from None
    finally:
        with contextlib.suppress(OSError):
            print(f"{ending} {time.perf_counter() - began:.1f} s", flush=True)
        os.dup2(terminal[0], 1)
        os.dup2(terminal[1], 2)
        for descriptor in (log, *terminal):
            os.close(descriptor)


def first_line() -> str:
    """Where this job runs; job_place reads it."""
    allocation = os.environ.get("SLURM_JOB_ID")
    where = f"started {time.strftime('%Y-%m-%d %H:%M:%S')} on {platform.node()}, process {os.getpid()}"
    return f"{where}, SLURM job {allocation}" if allocation else where


def short_message(error: BaseException) -> str | None:
    """What to tell of an error that a user can mend; None for any other."""
    if isinstance(error, InputError):
        return str(error)
    if getattr(error, "errno", None) in FULL or any(f"errno = {code}," in str(error) for code in FULL):  # HDF5's words
        return f"the disk is full or a quota used up ({error}); make room and start again, nothing half-written is left"
    return None
