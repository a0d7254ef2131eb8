"""The process's side of bounded work: it answers items until it is ended or has used up its memory.

A library that has run out of memory seldom gives back what it holds, and then fails on all that
follows. So a process that ran out ends, as does one that holds much after an item.
"""

import contextlib
import gc
import mmap
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from wattrag.corpus.steps import Supervision, supervised
from wattrag.errors import WattragError

T = TypeVar("T")
R = TypeVar("R")

EXHAUSTED = 97  # exit code of a process that had not even the memory to say so
HELD = 0.5  # of the memory; a process that holds more after an item ends
OUT_OF_MEMORY = "needs more memory than a document may use"


class Ready(NamedTuple):
    """The process is ready for its first item."""

    clock: float  # processor seconds of the process so far, as in the other messages


class StepBegun(NamedTuple):
    """A step of the item begins."""

    step: int
    clock: float


class MoreTime(NamedTuple):
    """The item has work before it that is known to be slow."""

    seconds: float


class Answer(NamedTuple):
    """What came of the item; `exhausted` is that the process ran out of memory."""

    result: Any
    error: str | None
    clock: float
    exhausted: bool
    ends: bool  # the process, after this


Message = Ready | StepBegun | MoreTime | Answer


def serve(pipe: Connection, function: Callable[[T], R], memory_bytes: int) -> None:
    """Answer the items that come through the pipe until it closes or memory runs out."""
    try:
        _answer_items(pipe, function, memory_bytes)
    except MemoryError:
        os._exit(EXHAUSTED)


def processor_seconds() -> float:
    """What this process, and those it started that have ended, took of the processor."""
    return sum(os.times()[:4])


def _answer_items(pipe: Connection, function: Callable[[T], R], memory_bytes: int) -> None:
    _limit_memory(memory_bytes)
    gc.freeze()  # what is imported stays: the collector need not look at it again
    pipe.send(Ready(processor_seconds()))
    while True:
        try:
            item, skipped = pipe.recv()
        except (EOFError, OSError):
            return
        supervision = Supervision(
            lambda step: pipe.send(StepBegun(step, processor_seconds())),
            lambda seconds: pipe.send(MoreTime(seconds)),
            skipped,
        )
        with supervised(supervision):
            result, error = _attempt(function, item)
        exhausted = error == OUT_OF_MEMORY
        ends = exhausted or _held() > HELD * memory_bytes
        pipe.send(Answer(result, error, processor_seconds(), exhausted, ends))
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
