"""Jobs done by several workers at a time, each in a thread of its own."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
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

    Where a job of several workers raises, the others are done all the same, and then the first error is raised.
    """
    if len(workers) == 1:
        for job in jobs:
            yield work(workers[0], job)
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
            try:
                done.put(work(worker, job))
            except BaseException as error:  # raised in the thread that waits for it
                done.put(Failure(error))

    threads = [threading.Thread(target=work_on, args=(worker,), daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield from _results(done, len(jobs))
    except BaseException:
        stopping.set()
        for worker in workers:
            worker.stop()
        raise
    finally:
        for thread in threads:
            thread.join()


def _results(done: "queue.SimpleQueue[R | Failure]", count: int) -> Iterator[R]:
    failures = []
    for _ in range(count):
        result = done.get()
        if isinstance(result, Failure):
            failures.append(result)
        else:
            yield result
    if failures:
        raise failures[0].error
