"""Work on untrusted files in processes that can be killed: bounded in time and memory."""

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar

from wattrag.errors import WattragError

T = TypeVar("T")
R = TypeVar("R")

GIBIBYTE = 1 << 30
STARTUP_SECONDS = 60.0  # granted to a process until it is ready for its first item
_READY = "ready"


@dataclass(frozen=True)
class Budget:
    """What one item may cost before its process is killed."""

    seconds: float = 120.0
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

    Args:
        function: importable by name; it runs in other processes.
        items: what it is applied to; items and results must be picklable.
        jobs: processes, at least 1.
        budget: time and memory of one item.
    """
    bounds = budget or Budget()
    waiting = list(items)[::-1]
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
                outcome = worker.outcome()
                if outcome is not None:
                    yield outcome
                if not worker.is_alive:
                    workers.remove(worker)
    finally:
        for worker in workers:
            worker.stop()


class _Worker(Generic[T, R]):
    """One process and the item it is working on."""

    def __init__(self, function: Callable[[T], R], budget: Budget) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, far_end = context.Pipe()
        self.budget = budget
        self.process: SpawnProcess = context.Process(
            target=_serve, args=(far_end, function, budget.memory_bytes), daemon=True
        )
        self.process.start()
        far_end.close()
        self.is_alive = True
        self.is_busy = False
        self.grace = STARTUP_SECONDS
        self.item: T
        self.started = 0.0

    def give(self, item: T) -> None:
        """Hand over the next item."""
        self.item, self.started, self.is_busy = item, time.monotonic(), True
        with contextlib.suppress(OSError):  # a dead process is reported by `outcome`
            self.pipe.send(item)

    @property
    def deadline(self) -> float:
        """When the item's time is up, on the monotonic clock."""
        return self.started + self.budget.seconds + self.grace

    def outcome(self) -> Outcome[T, R] | None:
        """The result that arrived, or why none will; None if the process just became ready."""
        message = self._receive()
        if message == _READY:
            self.grace, self.started = 0.0, time.monotonic()
            return None
        self.is_busy = False
        if message is not None:
            result, error, seconds = message
            return Outcome(self.item, result, error, seconds)
        if time.monotonic() >= self.deadline:
            reason = f"took more than {self.budget.seconds:g} s and was stopped"
        else:
            self.process.join(1)
            reason = f"crashed its process (exit code {self.process.exitcode})"
        waited = time.monotonic() - self.started
        self.stop()
        return Outcome(self.item, None, reason, waited)

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
    pipe.send(_READY)
    while True:
        try:
            item = pipe.recv()
        except (EOFError, OSError):
            return
        started = time.monotonic()
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
        import resource  # noqa: PLC0415 (not on every system)
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
