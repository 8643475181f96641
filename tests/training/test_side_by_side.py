import threading
import weakref

import numpy as np
import pytest

from ffnet.training.side_by_side import Stopped, one_by_one, side_by_side


class Worker:
    """Does a job when its event is set, or at once."""

    def __init__(self):
        self.stopped = threading.Event()
        self.threads = set()

    def stop(self):
        self.stopped.set()

    def work(self, job):
        self.threads.add(threading.get_ident())
        if isinstance(job, Exception):
            raise job
        return job * 10


@pytest.mark.parametrize("count", [1, 3])
def test_every_job_is_done_once_and_each_worker_stays_in_one_thread(count):
    workers = [Worker() for _ in range(count)]
    assert sorted(side_by_side(range(20), workers, Worker.work)) == [10 * job for job in range(20)]
    assert all(len(worker.threads) <= 1 for worker in workers)


def test_a_single_worker_does_its_jobs_in_their_order_in_the_thread_that_asks():
    worker = Worker()
    assert list(side_by_side([3, 1, 2], [worker], Worker.work)) == [30, 10, 20]
    assert worker.threads == {threading.get_ident()}


def test_jobs_are_at_work_at_the_same_time():
    barrier = threading.Barrier(3, timeout=60)
    assert len(list(side_by_side(range(3), [Worker() for _ in range(3)], lambda worker, job: barrier.wait()))) == 3


@pytest.mark.parametrize("count", [1, 2])
def test_errors_leave_the_other_jobs_alone_and_the_first_is_raised_after_them(count):
    done, jobs = [], [1, ValueError("the second"), 3, ValueError("the fourth"), 5]
    with pytest.raises(ValueError, match="the second"):
        for result in side_by_side(jobs, [Worker() for _ in range(count)], Worker.work):
            done.append(result)
    assert sorted(done) == [10, 30, 50]


def test_what_a_failed_job_held_is_freed_while_the_others_are_done():
    held = []

    def work(job):
        if job == 1:
            array = np.zeros(9)
            held.append(weakref.ref(array))
            raise ValueError("the first")
        return held[0]() is None

    results = one_by_one([1, 2], work)
    assert next(results)
    with pytest.raises(ValueError, match="the first"):
        next(results)


def test_a_keyboard_interrupt_ends_jobs_that_are_done_one_by_one_at_once():
    def work(job):
        if job == 1:
            raise KeyboardInterrupt
        return job

    results = one_by_one([0, 1, 2], work)
    assert next(results) == 0
    with pytest.raises(KeyboardInterrupt):
        next(results)
    assert list(results) == []


def test_who_takes_no_more_results_stops_the_workers_and_the_jobs_that_wait():
    begun = []

    def work(worker, job):
        begun.append(job)
        if job == 0:
            return job
        worker.stopped.wait(60)
        raise Stopped

    results = side_by_side(range(9), [Worker(), Worker()], work)
    assert next(results) == 0
    results.close()
    assert len(begun) <= 4 and threading.active_count() == 1
