"""Work on untrusted files in processes that can be killed: bounded in time and memory."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import wait
from typing import Any, Generic, TypeVar

from wattrag.corpus.worker import Budget, Job, Outcome, Room, Worker

T = TypeVar("T")
R = TypeVar("R")


def run_bounded(
    function: Callable[[T], R], items: Sequence[T], jobs: int = 1, budget: Budget | None = None
) -> Iterator[Outcome[T, R]]:
    """Apply `function` to each item in `jobs` worker processes; outcomes come as they finish.

    An item that raises, runs over its budget or kills its process has an error; the others go on.
    Where `function` tells of its steps (`wattrag.corpus.steps`), one of them may be left out.
    What becomes of an item depends neither on the others nor on `jobs`.

    Args:
        function: importable by name, and not from the main script; it runs in other processes.
        items: what it is applied to; items and results must be picklable.
        jobs: processes, at least 1. Two or more have half the memory of the budget each, and an
            item that needs more has all of it while no other works: two stay within the budget.
        budget: time and memory of one item.
    """
    pool = _Pool(function, items, max(1, jobs), budget or Budget())
    try:
        while pool.has_work:
            pool.hand_out()
            yield from pool.outcomes()
    finally:
        pool.stop()


class _Pool(Generic[T, R]):
    """The worker processes, and the jobs that wait for one."""

    def __init__(
        self, function: Callable[[T], R], items: Sequence[T], jobs: int, budget: Budget
    ) -> None:
        self.function, self.jobs, self.budget = function, jobs, budget
        self.memory_bytes = budget.memory_bytes // (1 if jobs == 1 else 2)
        self.waiting = deque(Job(item) for item in items)
        self.workers: list[Worker[T, R]] = []

    @property
    def busy(self) -> list[Worker[T, R]]:
        return [worker for worker in self.workers if worker.is_busy]

    @property
    def has_work(self) -> bool:
        return bool(self.waiting or self.busy)

    def hand_out(self) -> None:
        """Give jobs to workers, as many as may work now."""
        while self.waiting and len(self.busy) < self.jobs:
            exclusive = [self.waiting[0], *(worker.job for worker in self.busy[:1])]
            if self.busy and any(job.room is Room.WHOLE for job in exclusive):
                return
            job = self.waiting.popleft()
            self._worker_for(job).give(job)

    def outcomes(self) -> Iterator[Outcome[T, R]]:
        """Wait until a worker says something, and pass on what came of items."""
        for worker in _heard(self.busy):
            finding = worker.finding()
            if isinstance(finding, Job):
                # What needs all the memory comes last: until then the others can go on.
                put = self.waiting.append if finding.room is Room.WHOLE else self.waiting.appendleft
                put(finding)
            elif finding is not None:
                yield finding
            if worker.is_alive and not worker.is_busy and worker.memory_bytes > self.memory_bytes:
                worker.stop()
        self.workers = [worker for worker in self.workers if worker.is_alive]

    def _worker_for(self, job: Job[T]) -> Worker[T, R]:
        """A worker with the room that the job needs."""
        idle = [worker for worker in self.workers if not worker.is_busy]
        if idle and job.room is Room.USED:
            return idle[0]
        for worker in idle if job.room is Room.WHOLE else idle[:1]:
            worker.stop()
            self.workers.remove(worker)
        memory = self.budget.memory_bytes if job.room is Room.WHOLE else self.memory_bytes
        self.workers.append(Worker(self.function, self.budget, memory))
        return self.workers[-1]

    def stop(self) -> None:
        for worker in self.workers:
            worker.stop()


def _heard(workers: list[Worker[T, R]]) -> list[Worker[T, R]]:
    """The workers that answered, died or ran out of time; waits until there may be one."""
    timeout = max(0.0, min(worker.look_at for worker in workers) - time.monotonic())
    handles: dict[Any, Worker[T, R]] = {}
    for worker in workers:
        handles[worker.pipe] = handles[worker.process.sentinel] = worker
    signalled = {id(handles[handle]) for handle in wait(list(handles), timeout)}
    return [worker for worker in workers if id(worker) in signalled or worker.is_out_of_time()]
