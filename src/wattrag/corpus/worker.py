"""The supervisor's side of bounded work: one process that can be killed, and its item.

Time is that of the processor, so that a busy machine changes nothing of what becomes of an item.
"""

import contextlib
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from multiprocessing.context import SpawnProcess
from typing import Generic, TypeVar

import psutil

from wattrag.corpus.serving import (
    EXHAUSTED,
    OUT_OF_MEMORY,
    Answer,
    Message,
    MoreTime,
    Ready,
    StepBegun,
    serve,
)

T = TypeVar("T")
R = TypeVar("R")

MEBIBYTE = 1 << 20
STARTUP_SECONDS = 120.0  # by the clock, granted to a process until it is ready for its first item
PATIENCE = 4.0  # times its processor seconds may pass by the clock: then the item waits for ever
FULL = 0.6  # of its memory: a process that holds more has no room
MAX_SKIPPED = 8  # steps left out of one item, then it is given up


@dataclass(frozen=True)
class Budget:
    """What one item may cost before its process is killed; seconds are those of the processor.

    `step_seconds` bounds each step that the work tells of (a page): an item whose process hangs or
    dies there is tried again without that step. A long item may take `seconds_a_step` for each step
    that has begun, where that is more than `seconds`, and what it says its slow steps may take.
    With `memory_bytes`, a worker and the process that supervises it stay below 2 GiB.
    """

    seconds: float = 120.0
    step_seconds: float = 30.0
    seconds_a_step: float = 3.0
    memory_bytes: int = 1536 * MEBIBYTE


@dataclass(frozen=True)
class Outcome(Generic[T, R]):
    """What came of an item: its result, or the reason why there is none; `seconds` of processor."""

    item: T
    result: R | None
    error: str | None
    seconds: float


class Room(IntEnum):
    """Where an item is tried: each try that ran out of room is followed by one that has more."""

    USED = 0  # a process that has done other items
    FRESH = 1  # a process that has done nothing else
    WHOLE = 2  # as that, with all the memory that there is, while no other works


@dataclass(frozen=True)
class Job(Generic[T]):
    """An item, the steps to leave out of it, and how far it came in the seconds spent on it."""

    item: T
    skipped: frozenset[int] = frozenset()
    spent: float = 0.0
    steps: int = 0
    slow: dict[int, float] = field(default_factory=dict)  # step > seconds that it says it may take
    room: Room = Room.USED


class Worker(Generic[T, R]):
    """One process and the item it is working on."""

    def __init__(self, function: Callable[[T], R], budget: Budget, memory_bytes: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, far_end = context.Pipe()
        self.budget = budget
        self.memory_bytes = memory_bytes
        self.process: SpawnProcess = context.Process(
            target=serve, args=(far_end, function, memory_bytes), daemon=True
        )
        with _main_hidden():
            self.process.start()
        far_end.close()
        self.is_alive = True
        self.is_busy = False
        self.is_ready = False
        self.given = 0  # items
        self.job: Job[T]
        self.step = 0
        self.clock = self.started = self.step_started = 0.0  # processor seconds of the process
        self.look_at = self.give_up_at = 0.0  # monotonic: when its time may be up, and is up

    def give(self, job: Job[T]) -> None:
        """Hand over the next item."""
        self.job, self.is_busy, self.step = job, True, 0
        self.steps, self.slow = job.steps, dict(job.slow)
        self.started = self.clock
        self.given += 1
        self._expect()
        with contextlib.suppress(OSError):  # a dead process is reported by `finding`
            self.pipe.send((job.item, job.skipped))

    @property
    def seconds(self) -> float:
        """What the item may take, as far as it has come."""
        return max(self.budget.seconds, self.budget.seconds_a_step * self.steps) + sum(
            self.slow.values()
        )

    def is_out_of_time(self) -> bool:
        """Whether the time of the item, or of its step, is up; if not, sets when to look again."""
        now = time.monotonic()
        if now < self.look_at:
            return False
        if now >= self.give_up_at:
            return True
        self.clock = max(self.clock, self._clock())
        left = self._left()
        self.look_at = min(now + left, self.give_up_at)
        return left <= 0

    def finding(self) -> Outcome[T, R] | Job[T] | None:
        """The result, or why there is none, or the job to do again; None if the work goes on."""
        message = self._receive()
        if isinstance(message, Answer):
            self.is_busy, self.clock = False, message.clock
            if message.ends:
                self.stop()
            if message.exhausted:
                return self._failed(OUT_OF_MEMORY, lacks_room=True)
            return Outcome(self.job.item, message.result, message.error, self._spent())
        if message is None:
            self.is_busy = False
            return self._broken_off()
        self._note(message)
        return None

    def _note(self, message: Ready | StepBegun | MoreTime) -> None:
        if isinstance(message, MoreTime):
            self.slow[self.step] = message.seconds
        elif isinstance(message, StepBegun):
            self.clock = self.step_started = message.clock
            self.step = message.step
            self.steps = max(self.steps, self.step)
        else:
            self.is_ready, self.clock = True, message.clock
            self.started = message.clock
        self._expect()

    def _expect(self) -> None:
        """Set when to look whether time is up: as if the process never had to wait."""
        now = time.monotonic()
        if self.is_ready:
            left = max(0.0, self._left())
            self.look_at, self.give_up_at = now + left, now + PATIENCE * left
        else:
            self.look_at = self.give_up_at = now + STARTUP_SECONDS

    def _left(self) -> float:
        """Processor seconds that the item, or its step, has left."""
        return min(self.seconds - self._spent(), self._left_of_step())

    def _left_of_step(self) -> float:
        if not self.step:
            return float("inf")
        return self.budget.step_seconds - (self.clock - self.step_started)

    @property
    def _limit(self) -> float:
        """The limit that is reached first: of the step or of the item."""
        is_step = self._left_of_step() < self.seconds - self._spent()
        return self.budget.step_seconds if is_step else self.seconds

    def _spent(self) -> float:
        return self.job.spent + self.clock - self.started

    def _clock(self) -> float:
        """Processor seconds of the process so far, as the system counts them."""
        try:
            return float(sum(psutil.Process(self.process.pid).cpu_times()[:4]))
        except psutil.Error:
            return 0.0

    def _held(self) -> int:
        """Bytes of memory that the process has, as the system counts them."""
        try:
            return int(psutil.Process(self.process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def _broken_off(self) -> Outcome[T, R] | Job[T]:
        """What follows when the process hangs or is dead."""
        is_late = self.is_out_of_time()
        if not is_late:
            self.process.join(1)
        reason = (
            f"took more than {self._limit:g} s and was stopped"
            if is_late
            else f"crashed its process (exit code {self.process.exitcode})"
        )
        if self.process.exitcode == EXHAUSTED:
            reason = OUT_OF_MEMORY
        self.clock = max(self.clock, self._clock())
        is_full = self._held() > FULL * self.memory_bytes  # then it may be slow for want of memory
        self.stop()
        return self._failed(reason, lacks_room=is_full or not is_late)

    def _failed(self, reason: str, *, lacks_room: bool) -> Outcome[T, R] | Job[T]:
        """The item once more, where it may fare better; else the reason of its failure."""
        spent = self._spent()
        room = max(self.job.room, Room.FRESH)
        job = replace(self.job, spent=spent, steps=self.steps, slow=self.slow, room=room)
        if spent < self.seconds:
            if lacks_room and self.given > 1:  # what went before may have left none
                return job
            if lacks_room and self.memory_bytes < self.budget.memory_bytes:
                return replace(job, room=Room.WHOLE)
            if self.step and len(job.skipped) < MAX_SKIPPED:
                return replace(job, skipped=job.skipped | {self.step})
        return Outcome(self.job.item, None, reason, spent)

    def _receive(self) -> Message | None:
        """The next message of the process; None if there is none or it broke off."""
        try:
            return self.pipe.recv() if self.pipe.poll() else None
        except (EOFError, OSError):
            return None

    def stop(self) -> None:
        """End the process, whatever it is doing, and what it has started."""
        self.is_alive = False
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                child.kill()
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
