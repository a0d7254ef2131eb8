"""Work on untrusted files in processes that can be killed: bounded in time and memory.

A library that has run out of memory seldom gives back what it holds, and then fails on all that
follows. So a process that ran out ends, as does one that holds much after an item, and what failed
for want of memory beside the leavings of other items is tried again in a process of its own.
"""

import contextlib
import gc
import mmap
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from wattrag.corpus.steps import Supervision, supervised
from wattrag.errors import WattragError

T = TypeVar("T")
R = TypeVar("R")

MEBIBYTE = 1 << 20
STARTUP_SECONDS = 60.0  # granted to a process until it is ready for its first item
MAX_SKIPPED = 8  # steps left out of one item, then it is given up
HELD = 0.5  # of the memory; a process that holds more after an item ends
OUT_OF_MEMORY = "needs more memory than a document may use"
_EXHAUSTED = 97  # exit code of a process that had not even the memory to say so
_READY = "ready"
_STEP = "step"


@dataclass(frozen=True)
class Budget:
    """What one item may cost before its process is killed.

    `step_seconds` bounds each step that the work tells of (a page): an item whose process hangs or
    dies there is tried again without that step. A long item may take `seconds_a_step` for each step
    that has begun, where that is more than `seconds`. With `memory_bytes`, a worker and the process
    that supervises it stay below 2 GiB.
    """

    seconds: float = 120.0
    step_seconds: float = 30.0
    seconds_a_step: float = 3.0
    memory_bytes: int = 1536 * MEBIBYTE


@dataclass(frozen=True)
class Outcome(Generic[T, R]):
    """What came of an item: its result, or the reason why there is none."""

    item: T
    result: R | None
    error: str | None
    seconds: float


def run_bounded(
    function: Callable[[T], R], items: Sequence[T], jobs: int = 1, budget: Budget | None = None
) -> Iterator[Outcome[T, R]]:
    """Apply `function` to each item in `jobs` worker processes; outcomes come as they finish.

    An item that raises, runs over its budget or kills its process has an error; the others go on.
    Where `function` tells of its steps (`wattrag.corpus.steps`), one of them may be left out.

    Args:
        function: importable by name, and not from the main script; it runs in other processes.
        items: what it is applied to; items and results must be picklable.
        jobs: processes, at least 1.
        budget: time and memory of one item.
    """
    bounds = budget or Budget()
    waiting = [_Job(item) for item in items][::-1]
    workers: list[_Worker[T, R]] = []
    try:
        while waiting or any(worker.is_busy for worker in workers):
            for worker in [w for w in workers if not w.is_busy][: len(waiting)]:
                if waiting[-1].alone:
                    worker.stop()
                    workers.remove(worker)
                else:
                    worker.give(waiting.pop())
            while waiting and len(workers) < max(1, jobs):
                workers.append(_Worker(function, bounds))
                workers[-1].give(waiting.pop())
            for worker in _ready([w for w in workers if w.is_busy]):
                finding = worker.finding()
                if isinstance(finding, _Job):
                    waiting.append(finding)
                elif finding is not None:
                    yield finding
                if not worker.is_alive:
                    workers.remove(worker)
    finally:
        for worker in workers:
            worker.stop()


@dataclass(frozen=True)
class _Job(Generic[T]):
    """An item, the steps to leave out of it, and what was already spent on it.

    `alone` is whether it is to be done in a process that has done nothing else.
    """

    item: T
    skipped: frozenset[int] = frozenset()
    spent: float = 0.0
    steps: int = 0
    alone: bool = False


class _Answer(NamedTuple):
    """What a process says of an item; `exhausted` is that it ran out of memory."""

    result: Any
    error: str | None
    seconds: float
    exhausted: bool
    ends: bool  # the process, after this


class _Worker(Generic[T, R]):
    """One process and the item it is working on."""

    def __init__(self, function: Callable[[T], R], budget: Budget) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, far_end = context.Pipe()
        self.budget = budget
        self.process: SpawnProcess = context.Process(
            target=_serve, args=(far_end, function, budget.memory_bytes), daemon=True
        )
        with _main_hidden():
            self.process.start()
        far_end.close()
        self.is_alive = True
        self.is_busy = False
        self.given = 0  # items
        self.grace = STARTUP_SECONDS
        self.job: _Job[T]
        self.started = self.step_started = 0.0
        self.step = 0

    def give(self, job: _Job[T]) -> None:
        """Hand over the next item."""
        self.job, self.started, self.is_busy, self.step = job, time.monotonic(), True, 0
        self.steps = job.steps
        self.given += 1
        with contextlib.suppress(OSError):  # a dead process is reported by `finding`
            self.pipe.send((job.item, job.skipped))

    @property
    def seconds(self) -> float:
        """What the item may take, as far as it has come."""
        return max(self.budget.seconds, self.budget.seconds_a_step * self.steps)

    @property
    def deadline(self) -> float:
        """When the time of the item, or of its step, is up, on the monotonic clock."""
        whole = self.started + self.seconds - self.job.spent + self.grace
        return min(whole, self.step_started + self.budget.step_seconds) if self.step else whole

    def finding(self) -> Outcome[T, R] | _Job[T] | None:
        """The result, or why there is none, or the job to do again; None if the work goes on."""
        message = self._receive()
        if message == _READY:
            self.grace, self.started = 0.0, time.monotonic()
            return None
        if message is not None and message[0] == _STEP:
            self.step, self.step_started = message[1], time.monotonic()
            self.steps = max(self.steps, self.step)
            return None
        self.is_busy = False
        if message is None:
            return self._broken_off()
        answer = _Answer(*message)
        if answer.ends:
            self.stop()
        if answer.exhausted:
            return self._failed(OUT_OF_MEMORY, self.job.spent + answer.seconds, is_late=False)
        return Outcome(self.job.item, answer.result, answer.error, self.job.spent + answer.seconds)

    def _broken_off(self) -> Outcome[T, R] | _Job[T]:
        """What follows when the process hangs or is dead."""
        now = time.monotonic()
        is_late = now >= self.deadline
        if not is_late:
            self.process.join(1)
        reason = (
            f"took more than {self.seconds:g} s and was stopped"
            if is_late
            else f"crashed its process (exit code {self.process.exitcode})"
        )
        if self.process.exitcode == _EXHAUSTED:
            reason = OUT_OF_MEMORY
        self.stop()
        return self._failed(reason, self.job.spent + now - self.started, is_late=is_late)

    def _failed(self, reason: str, spent: float, *, is_late: bool) -> Outcome[T, R] | _Job[T]:
        """The item once more, where it may fare better; else the reason of its failure."""
        job = replace(self.job, spent=spent, steps=self.steps, alone=True)
        if spent < self.seconds:
            if self.given > 1 and not is_late:  # what went before may have left no room
                return job
            if self.step and len(job.skipped) < MAX_SKIPPED:
                return replace(job, skipped=job.skipped | {self.step})
        return Outcome(self.job.item, None, reason, spent)

    def _receive(self) -> Any:
        """The next message of the process; None if there is none or it broke off."""
        try:
            return self.pipe.recv() if self.pipe.poll() else None
        except (EOFError, OSError):
            return None

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self.is_alive = False
        self.process.kill()
        self.process.join()
        self.pipe.close()


@contextlib.contextmanager
def _main_hidden() -> Iterator[None]:
    """Keep a new process from running the caller's main script, which may have no guard."""
    main = sys.modules["__main__"]
    names = {name: getattr(main, name, None) for name in ("__file__", "__spec__")}
    for name in names:
        setattr(main, name, None)
    try:
        yield
    finally:
        for name, value in names.items():
            setattr(main, name, value)


def _ready(workers: list[_Worker[T, R]]) -> list[_Worker[T, R]]:
    """The workers that answered, died or ran out of time; waits until there is one."""
    timeout = max(0.0, min(worker.deadline for worker in workers) - time.monotonic())
    handles: dict[Any, _Worker[T, R]] = {}
    for worker in workers:
        handles[worker.pipe] = handles[worker.process.sentinel] = worker
    signalled = {id(handles[handle]) for handle in wait(list(handles), timeout)}
    now = time.monotonic()
    return [w for w in workers if id(w) in signalled or now >= w.deadline]


def _serve(pipe: Connection, function: Callable[[T], R], memory_bytes: int) -> None:
    """The worker process: answer items until the pipe closes or memory runs out."""
    try:
        _answer_items(pipe, function, memory_bytes)
    except MemoryError:
        os._exit(_EXHAUSTED)


def _answer_items(pipe: Connection, function: Callable[[T], R], memory_bytes: int) -> None:
    _limit_memory(memory_bytes)
    gc.freeze()  # what is imported stays: the collector need not look at it again
    pipe.send(_READY)
    while True:
        try:
            item, skipped = pipe.recv()
        except (EOFError, OSError):
            return
        started = time.monotonic()
        with supervised(Supervision(lambda step: pipe.send((_STEP, step)), skipped)):
            result, error = _attempt(function, item)
        seconds = time.monotonic() - started
        exhausted = error == OUT_OF_MEMORY
        ends = exhausted or _held() > HELD * memory_bytes
        pipe.send(tuple(_Answer(result, error, seconds, exhausted, ends)))
        if ends:
            return


def _attempt(function: Callable[[T], R], item: T) -> tuple[R | None, str | None]:
    try:
        return function(item), None
    except WattragError as error:
        return None, str(error)
    except MemoryError:
        return None, OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 (an outcome to report, never an answer)
        return None, f"failed unexpectedly ({type(error).__name__}: {str(error)[:200]})"


def _held() -> int:
    """Bytes of private memory of this process; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[5]
    except OSError:
        return 0
    return int(pages) * mmap.PAGESIZE


def _limit_memory(memory_bytes: int) -> None:
    """Bound the process's own memory where the system can."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
