"""Steps of a piece of work (pages of a document), told to whoever supervises it.

The supervisor sees where a process hangs or dies, and can have that step left out when the work is
done again. Without a supervisor every step is done.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Supervision:
    """Whom to tell of each step and of slow work, and the steps to leave out."""

    tell: Callable[[int], None]
    tell_slow: Callable[[float], None]
    skipped: frozenset[int] = frozenset()


_supervision: ContextVar[Supervision | None] = ContextVar("supervision", default=None)


@contextmanager
def supervised(supervision: Supervision) -> Iterator[None]:
    """Work in this context is supervised."""
    token = _supervision.set(supervision)
    try:
        yield
    finally:
        _supervision.reset(token)


def begin(step: int) -> bool:
    """Say that a step begins (from 1; 0: what follows the steps); whether it is to be done."""
    supervision = _supervision.get()
    if supervision is None:
        return True
    if step in supervision.skipped:
        return False
    supervision.tell(step)
    return True


def slow(seconds: float) -> None:
    """Say that the step may take so many processor seconds, which the whole then may take more."""
    supervision = _supervision.get()
    if supervision is not None:
        supervision.tell_slow(seconds)
