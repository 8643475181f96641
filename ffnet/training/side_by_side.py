"""Jobs done one by one, or by several workers at a time, each in a thread of its own; an error in one leaves the others
alone."""

import functools
import queue
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar


class Stopped(Exception):
    """What a worker raises in its thread after stop()."""


class Failure(NamedTuple):
    """What a job raised in its thread."""

    error: BaseException


class Stoppable(Protocol):
    """A worker that another thread can stop."""

    def stop(self) -> None: ...


J = TypeVar("J")
R = TypeVar("R")
W = TypeVar("W", bound=Stoppable)


def side_by_side(jobs: Sequence[J], workers: Sequence[W], work: Callable[[W, J], R]) -> Iterator[R]:
    """work(worker, job) of every job, in the order in which they are done; a single worker does one after another.

    Where a job raises, the others are done all the same, and then the first error is raised.
    """
    if len(workers) == 1:
        yield from one_by_one(jobs, functools.partial(work, workers[0]))
        return
    waiting: queue.SimpleQueue[J] = queue.SimpleQueue()
    done: queue.SimpleQueue[R | Failure] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)

    stopping = threading.Event()

    def work_on(worker: W) -> None:
        while not stopping.is_set():
            try:
                job = waiting.get_nowait()
            except queue.Empty:
                return
            done.put(_attempt(functools.partial(work, worker), job, BaseException))  # raised in the thread that waits

    threads = [threading.Thread(target=work_on, args=(worker,), daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield from _results(done.get() for _ in jobs)
    except BaseException:
        stopping.set()
        for worker in workers:
            worker.stop()
        raise
    finally:
        for thread in threads:
            thread.join()


def one_by_one(jobs: Iterable[J], work: Callable[[J], R]) -> Iterator[R]:
    """work(job) of every job in turn. Where one raises, the others are done all the same, and then the first error is
    raised."""
    return _results(_attempt(work, job, Exception) for job in jobs)


def _attempt(work: Callable[[J], R], job: J, errors: type[BaseException]) -> R | Failure:
    try:
        return work(job)
    except errors as error:
        traceback.clear_frames(error.__traceback__)  # frees what they hold for the other jobs
        return Failure(error)


def _results(outcomes: Iterable[R | Failure]) -> Iterator[R]:
    failures = []
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            failures.append(outcome)
        else:
            yield outcome
    if failures:
        raise failures[0].error
