"""Work on untrusted files in processes that can be killed: bounded in time and memory."""

import contextlib
import gc
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar

from wattrag.corpus.steps import Supervision, supervised
from wattrag.errors import WattragError

T = TypeVar("T")
R = TypeVar("R")

GIBIBYTE = 1 << 30
STARTUP_SECONDS = 60.0  # granted to a process until it is ready for its first item
MAX_SKIPPED = 8  # steps left out of one item, then it is given up
_READY = "ready"
_STEP = "step"


@dataclass(frozen=True)
class Budget:
    """What one item may cost before its process is killed.

    `step_seconds` bounds each step that the work tells of (a page): an item whose process hangs or
    dies there is tried again without that step.
    """

    seconds: float = 120.0
    step_seconds: float = 30.0
    memory_bytes: int = 2 * GIBIBYTE


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
            for worker in workers:
                if not worker.is_busy and waiting:
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
    """An item, the steps to leave out of it and the seconds already spent on it."""

    item: T
    skipped: frozenset[int] = frozenset()
    spent: float = 0.0


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
        self.grace = STARTUP_SECONDS
        self.job: _Job[T]
        self.started = self.step_started = 0.0
        self.step = 0

    def give(self, job: _Job[T]) -> None:
        """Hand over the next item."""
        self.job, self.started, self.is_busy, self.step = job, time.monotonic(), True, 0
        with contextlib.suppress(OSError):  # a dead process is reported by `finding`
            self.pipe.send((job.item, job.skipped))

    @property
    def deadline(self) -> float:
        """When the time of the item, or of its step, is up, on the monotonic clock."""
        whole = self.started + self.budget.seconds - self.job.spent + self.grace
        return min(whole, self.step_started + self.budget.step_seconds) if self.step else whole

    def finding(self) -> Outcome[T, R] | _Job[T] | None:
        """The result, or why there is none, or the job to do again; None if the work goes on."""
        message = self._receive()
        if message == _READY:
            self.grace, self.started = 0.0, time.monotonic()
            return None
        if message is not None and message[0] == _STEP:
            self.step, self.step_started = message[1], time.monotonic()
            return None
        self.is_busy = False
        if message is not None:
            result, error, seconds = message
            return Outcome(self.job.item, result, error, self.job.spent + seconds)
        return self._broken_off()

    def _broken_off(self) -> Outcome[T, R] | _Job[T]:
        """What follows when the process hangs or is dead."""
        now = time.monotonic()
        spent = self.job.spent + now - self.started
        is_late = now >= self.deadline
        is_spent = spent >= self.budget.seconds
        if not is_late:
            self.process.join(1)
        reason = (
            f"took more than {self.budget.seconds:g} s and was stopped"
            if is_late
            else f"crashed its process (exit code {self.process.exitcode})"
        )
        self.stop()
        if self.step and not is_spent and len(self.job.skipped) < MAX_SKIPPED:
            return _Job(self.job.item, self.job.skipped | {self.step}, spent)
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
    """The worker process: answer items until the pipe closes."""
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
        pipe.send((result, error, time.monotonic() - started))


def _attempt(function: Callable[[T], R], item: T) -> tuple[R | None, str | None]:
    try:
        return function(item), None
    except WattragError as error:
        return None, str(error)
    except MemoryError:
        return None, "needs more memory than a document may use"
    except Exception as error:  # noqa: BLE001 (an outcome to report, never an answer)
        return None, f"failed unexpectedly ({type(error).__name__}: {str(error)[:200]})"


def _limit_memory(memory_bytes: int) -> None:
    """Bound the process's own memory where the system can."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
