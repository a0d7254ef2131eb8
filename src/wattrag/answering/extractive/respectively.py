"""Which of several things each of as many numbers is of: `A and B use 5 and 9 Wh, respectively`."""
# ruff: noqa: RUF001 - dashes and quotes as they are printed

import re
from functools import lru_cache
from itertools import pairwise

from wattrag.answering.quantities.quantities import Quantity, quantities

_RESPECTIVELY = re.compile(r",? respectively\b", re.IGNORECASE)
_LINK = re.compile(r",? (?:and |or )?")
_WORD = r"(?<![\w.])\w(?:[\w./+’'-]{0,40}\w)?"
_ITEM = rf"{_WORD}(?: {_WORD}){{0,3}}"
_MOST = 6
"""Things in one enumeration."""

Span = tuple[int, int]


@lru_cache(maxsize=4096)
def things_of_numbers(text: str) -> dict[int, tuple[Span, tuple[Span, ...]]]:
    """By the start of a number: where its thing is named, and where those of the others are.

    Empty where the text does not say `respectively` behind as many numbers as things.
    """
    found: dict[int, tuple[Span, tuple[Span, ...]]] = {}
    for said in _RESPECTIVELY.finditer(text):
        numbers = _numbers_before(text, said.start())
        spans = _enumerated(text[: numbers[0].start], len(numbers)) if len(numbers) > 1 else []
        for i, (number, span) in enumerate(zip(numbers, spans, strict=False)):
            found[number.start] = span, tuple(spans[:i] + spans[i + 1 :])
    return found


def _numbers_before(text: str, end: int) -> list[Quantity]:
    """The numbers of the enumeration that ends at a place, in order."""
    before = [q for q in quantities(text) if q.end <= end]
    if not before or before[-1].end != end:
        return []
    run = [before[-1]]
    for earlier, later in reversed(list(pairwise(before))):
        if not _LINK.fullmatch(text, earlier.end, later.start) or len(run) == _MOST:
            break
        run.insert(0, earlier)
    return run


def _enumerated(text: str, count: int) -> list[Span]:
    """Where the things of the last enumeration of so many are named."""
    commas = rf"(?:, {_ITEM}){{{count - 2}}}"
    pattern = re.compile(rf"({_ITEM})({commas}),? and ({_ITEM})")
    last = None
    for match in pattern.finditer(text):
        last = match
    if last is None:
        return []
    spans = [last.span(1)]
    place = last.start(2)
    for item in last[2].split(", ")[1:]:
        spans.append((place + 2, place + 2 + len(item)))
        place += 2 + len(item)
    return [*spans, last.span(3)]
