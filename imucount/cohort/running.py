"""Running: tasks handed to an executor, a few more than it can work on, and outcomes as they come back."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager

from imucount.cohort.task import Outcome, Task, count_recording, failure
from imucount.errors import CountingError

__all__ = ["WorkersLost", "in_processes", "on_executor", "usable_processors"]

Outcomes = Iterator[tuple[Task, Outcome]]

AHEAD = 512
"""So many recordings an executor of unknown size has at a time: enough for a large one, little to keep."""

AHEAD_A_PROCESS = 2
"""So many a process of our own has: one to work on, one to go on with. After a crash each of them is suspect."""

BLAMED = "KilledWorker"
"""What Dask raises for every recording that some workers had as they ended, the guilty one and those beside it. So
each is counted once more, alone."""


class WorkersLost(Exception):
    """An executor can work no more.

    Attributes
    ----------
    tasks : list of Task
        What it was given and did not give back.
    """

    def __init__(self, tasks: list[Task]) -> None:
        super().__init__(tasks)
        self.tasks = tasks


def on_executor(tasks: Iterable[Task], executor: Executor, ahead: int = AHEAD) -> Outcomes:
    """Count on any executor; an outcome comes as soon as it is there.

    Raises
    ------
    WorkersLost
        If the executor breaks or is shut down; after all outcomes that it still gave.
    """
    blamed: list[Task] = []
    try:
        yield from _handed_over(tasks, executor, ahead, blamed)
        while blamed:
            yield from _handed_over([blamed.pop(0)], executor, 1, None)
    except WorkersLost as lost:
        raise WorkersLost([*lost.tasks, *blamed]) from lost


def _handed_over(tasks: Iterable[Task], executor: Executor, ahead: int, blamed: list[Task] | None) -> Outcomes:
    given: dict[Future[Outcome], Task] = {}
    try:
        for task in tasks:
            try:
                given[executor.submit(count_recording, task)] = task
            except RuntimeError:  # broken, or shut down
                yield from _last_outcomes(given, [task])
            if len(given) >= ahead:
                yield from _next_outcomes(given, blamed)
        while given:
            yield from _next_outcomes(given, blamed)
    finally:
        for future in given:
            future.cancel()


def _next_outcomes(given: dict[Future[Outcome], Task], blamed: list[Task] | None) -> Outcomes:
    """Give what came, and note what is blamed for the end of a worker; what was alone with it is the culprit."""
    for future in wait_for(given, return_when=FIRST_COMPLETED).done:
        task = given[future]
        try:
            outcome = future.result()
        except BrokenExecutor:
            yield from _last_outcomes(given, [])
        except Exception as error:  # of the executor: no exception leaves the task
            if blamed is not None and type(error).__name__ == BLAMED:
                blamed.append(given.pop(future))
                continue
            outcome = failure(error)
        del given[future]
        yield task, outcome


def _last_outcomes(given: dict[Future[Outcome], Task], lost: list[Task]) -> Outcomes:
    """Give what a broken executor still finished, and raise with the rest."""
    wait_for(given)
    for future, task in given.items():
        if future.cancelled() or future.exception() is not None:
            lost.append(task)
        else:
            yield task, future.result()
    given.clear()
    raise WorkersLost(lost)


def in_processes(tasks: Iterable[Task], processes: int) -> Outcomes:
    """Count in processes of this machine. A process that ends, for whatever reason, loses nothing.

    It breaks its pool, and nobody can tell what it was working on. So each recording that the pool had is counted
    again by a process of its own: one that ends it, too, is the culprit.

    Raises
    ------
    CountingError
        If no process can be started.
    """
    tasks = iter(tasks)
    while True:
        try:
            with _pool(processes) as pool:
                yield from on_executor(tasks, pool, AHEAD_A_PROCESS * processes)
            return
        except WorkersLost as lost:
            suspects = lost.tasks
        yield from _one_by_one(suspects)


def _one_by_one(suspects: Iterable[Task]) -> Outcomes:
    waiting = deque(suspects)
    while waiting:
        with _pool(1) as pool:
            while waiting:
                task = waiting.popleft()
                try:
                    yield task, pool.submit(count_recording, task).result()
                except BrokenExecutor:
                    yield task, ENDED
                    break


ENDED = Outcome(
    error="ProcessEnded",
    message="the process that counted it ended, twice; did it run out of memory, or does a library crash on it?",
)


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Start a pool of processes that leave Ctrl-C to this one, and see that they can be started at all."""
    # A fork copies threads' locks and not the threads; what is started afresh is the same on every system.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, initializer=_ignore_interrupts)
    try:
        try:
            pool.submit(os.getpid).result()
        except (BrokenExecutor, OSError) as error:
            raise CountingError(
                "expected processes to count in, got one that ended as it began; does a script call batch "
                "outside of `if __name__ == '__main__':`?"
            ) from error
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def usable_processors() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
