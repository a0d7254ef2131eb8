"""Reading cells once: experiments give the same few answers and citations again and again."""

from collections.abc import Callable
from typing import TypeVar

Read = TypeVar("Read")

LONGEST = 500
"""Characters of a cell that is kept; longer ones are rare, and would fill the memory."""
MOST = 20_000
"""Cells kept of each kind of reading: the first ones."""


class _Kept(dict[str, Read]):
    """What was found in short texts, by text; a dictionary's look-up is a third of a function's."""

    def __init__(self, read: Callable[[str], Read]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Read:
        found = self._read(text)
        if len(text) <= LONGEST and len(self) < MOST:
            self[text] = found
        return found


def remembered(read: Callable[[str], Read]) -> Callable[[str], Read]:
    """`read`, which depends on its text alone, with what it found in short texts kept."""
    return _Kept(read).__getitem__
