"""What every workflow script does around its work: a log of its own, and short words for what a user can mend."""

import contextlib
import os
import pathlib
import sys
import traceback

from ffnet.errors import InputError


@contextlib.contextmanager
def job_log(path):
    """Sends all that a job prints, C libraries included, to its log file.

    An InputError ends the job with its message alone, on the terminal and in the log; any other error is
    written to the log in full and raised on.
    """
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    terminal = [os.dup(1), os.dup(2)]
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    sys.stdout.flush()
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.stdout.reconfigure(line_buffering=True)
    try:
        yield
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        os.write(terminal[1], f"\nerror: {error}\nlog: {path}\n\n".encode())
        raise SystemExit(1) from None
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(terminal[0], 1)
        os.dup2(terminal[1], 2)
        for descriptor in (log, *terminal):
            os.close(descriptor)
