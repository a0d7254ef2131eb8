"""Which of several things each of as many numbers is of: `A and B use 5 and 9 Wh, respectively`."""
# ruff: noqa: RUF001 - dashes and quotes as they are printed

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from wattrag.answering.extractive.text import Text
from wattrag.answering.quantities.quantities import Quantity, quantities

_RESPECTIVELY = re.compile(r",? respectively\b", re.IGNORECASE)
_LINK = re.compile(r",? (?:and |or )?")
_WORD = r"(?<![\w.])\w(?:[\w./+’'-]{0,40}\w)?"
_ITEM = rf"{_WORD}(?: {_WORD}){{0,3}}"
_MOST = 6
"""Things in one enumeration."""

Span = tuple[int, int]


class Things(NamedTuple):
    """What a number of an enumeration is of: start and end of words in its text."""

    own: tuple[Span, ...]
    """Where its thing stands."""
    others: tuple[Span, ...]
    """Where the things of the other numbers are named."""


NOTHING_SAID = Things((), ())


@lru_cache(maxsize=4096)
def things_of_numbers(text: str) -> dict[int, Things]:
    """By the start of each number of an enumeration: its thing and the others.

    What leads up to the first name is said of all: `the energy use of Wren and Tern is ...`.
    Empty where the text does not say `respectively` behind as many numbers as things.
    """
    found: dict[int, Things] = {}
    for said in _RESPECTIVELY.finditer(text):
        numbers = _numbers_before(text, said.start())
        spans = _enumerated(text[: numbers[0].start], len(numbers)) if len(numbers) > 1 else []
        names = [_name(text, span) for span in spans]
        for i, (number, span) in enumerate(zip(numbers, spans, strict=False)):
            lead = (spans[0][0], names[0][0])
            found[number.start] = Things((lead, span), tuple(names[:i] + names[i + 1 :]))
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


def _name(text: str, span: Span) -> Span:
    """Where the name stands in what an item takes in: `Wren` of `energy use of Wren`."""
    start, end = span
    names = [w for w in Text(text[start:end]).content if w.is_name]
    return (start + names[0].start, start + names[-1].end) if names else span


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
