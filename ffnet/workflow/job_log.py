"""Gives each workflow script a log file, and a short message for errors that the user can fix."""

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
DONE, FAILED = "done after", "failed after"  # the last line of a log begins so, unless its job was killed


@contextlib.contextmanager
def job_log(path: str | os.PathLike) -> Iterator[None]:
    """Sends everything that a job prints, also from C libraries, to its log file. The log's first line says where the
    job runs, the last one how it ended.

    An InputError or a full disk ends the job with only a message, on the terminal and in the log. Any other error goes
    to the log with its traceback and is raised again.
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
        with contextlib.suppress(OSError):  # the full disk may be that of the log
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
    """Where this job runs, as a line that job_states.PLACE matches."""
    allocation = os.environ.get("SLURM_JOB_ID")
    where = f"started {time.strftime('%Y-%m-%d %H:%M:%S')} on {platform.node()}, process {os.getpid()}"
    return f"{where}, SLURM job {allocation}" if allocation else where


def short_message(error: BaseException) -> str | None:
    """The message for an error that the user can fix; None for any other."""
    if isinstance(error, InputError):
        return str(error)
    if getattr(error, "errno", None) in FULL or any(f"errno = {code}," in str(error) for code in FULL):  # HDF5's words
        return (
            f"the disk is full or a quota used up ({error}); free some space and start again, no file was left damaged"
        )
    return None
