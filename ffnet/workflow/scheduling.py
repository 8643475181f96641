"""Limits Snakemake's scheduler to one timer.

To limit jobs per second, Snakemake starts a timer after every pass of its scheduler, and each timer starts another
pass; so does each finished job. The passes per second therefore grow with the number of finished jobs: after about 500
jobs they took a quarter of a core or more. A single timer gives the same limit.

Upstream: Snakemake's pull request 3744, "Do not release lock when job finished", about a scheduler that passes again
before the time of its rate limit is over. tests/workflow/test_scheduling.py fails once this module can be deleted.
"""

import threading

from snakemake.scheduling.job_scheduler import JobScheduler


def hold_one_timer() -> None:
    """From now on, a JobScheduler starts a timer only if it has none running."""
    JobScheduler._schedule_reevalutation = _start_timer


def _start_timer(scheduler: JobScheduler, delay: float) -> None:
    def wake() -> None:
        scheduler._one_timer = None
        scheduler._open_jobs.release()

    if getattr(scheduler, "_one_timer", None) is None:
        scheduler._one_timer = threading.Timer(delay, wake)
        scheduler._one_timer.start()
