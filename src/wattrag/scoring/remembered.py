"""Reading cells once: experiments give the same few answers and citations again and again."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

Read = TypeVar("Read")

LONGEST = 500
"""Characters of a cell that is kept; longer ones are rare, and would fill the memory."""
MOST = 20_000
"""Cells kept of each kind of reading."""


def remembered(read: Callable[[str], Read]) -> Callable[[str], Read]:
    """`read`, which depends on its text alone, with what it found in short texts kept."""
    kept = lru_cache(maxsize=MOST)(read)

    @wraps(read)
    def found(text: str) -> Read:
        return kept(text) if len(text) <= LONGEST else read(text)

    return found
