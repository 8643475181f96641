"""Snakemake's scheduler, held to one timer.

To keep its limit of jobs per second, Snakemake starts a timer at the end of every pass of its scheduler, and each timer
starts a pass; so does each job that ends. So the passes in a second grow with the jobs that have ended: after some 500
jobs they took a quarter of a core and more. One timer that is at work gives the same limit.
"""

import threading

from snakemake.scheduling.job_scheduler import JobScheduler


def hold_one_timer() -> None:
    """From now on a JobScheduler starts a timer only when none of its own is at work."""
    JobScheduler._schedule_reevalutation = _start_timer


def _start_timer(scheduler: JobScheduler, delay: float) -> None:
    def wake() -> None:
        scheduler._one_timer = None
        scheduler._open_jobs.release()

    if getattr(scheduler, "_one_timer", None) is None:
        scheduler._one_timer = threading.Timer(delay, wake)
        scheduler._one_timer.start()
