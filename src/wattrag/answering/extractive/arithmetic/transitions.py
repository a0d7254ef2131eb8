"""A change told in one place: from 0.009 to 0.004, 0.009 → 0.004, a row before and after."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from wattrag.answering.extractive.arithmetic.measures import dimensions
from wattrag.answering.extractive.arithmetic.reading import Reading
from wattrag.answering.extractive.closeness import closeness, coverage
from wattrag.answering.extractive.fit import in_column_unit
from wattrag.answering.extractive.passages import Passage, Passages
from wattrag.answering.extractive.text import Text
from wattrag.answering.extractive.vocabulary import DOWN, UP
from wattrag.answering.quantities.quantities import Quantity, quantities

_ARROW = re.compile(r"[ ]?(?:→|->|=>|⟶)[ ]?")
_TO = re.compile(r"[ ](?:down |up )?to (?:about |only |just |around |approximately )?(?:US)?[$€£]?")
_FROM = re.compile(r"\bfrom (?:about |around |approximately |over )?(?:US)?[$€£]?$", re.IGNORECASE)
_LEAD = 30
_TURNS = UP | DOWN | {"changed", "changes", "went"}
"""Words without which `from 4 to 9` is a range, not a change."""
_BEFORE = frozenset({"before", "baseline", "original", "initial"})
_AFTER = frozenset({"after", "optimized", "optimised", "final"})


@dataclass(frozen=True)
class Transition:
    """An old and a new value of one thing, in one unit, and the passages that hold them."""

    old: Quantity
    new: Quantity
    passages: tuple[Passage, ...]
    score: float


def transitions(reading: Reading) -> Iterator[Transition]:
    """The changes that the evidence tells, of what the question says is measured."""
    wanted, evidence, weights = dimensions(reading.question), reading.evidence, reading.weights
    for old, new, passages in (*_told(evidence), *_paired(evidence)):
        units = {quantity.unit for quantity in (old, new) if quantity.unit is not None}
        if wanted and not all(unit.dimension in wanted for unit in units):
            continue
        first = passages[0]
        cover = coverage(weights, first, evidence.spoken_of[first.document_id])
        yield Transition(old, new, passages, cover + closeness(first, old.start, weights))


_Found = tuple[Quantity, Quantity, tuple[Passage, ...]]


def _told(evidence: Passages) -> Iterator[_Found]:
    for passage in evidence.items:
        text = passage.text.raw
        found = quantities(text)
        turns = any(word.raw.lower() in _TURNS for word in passage.text.words)
        for quantity in found:
            if turns and quantity.high is not None and _is_led(text, quantity):
                old = replace(quantity, high=None)
                yield old, replace(old, low=quantity.high), (passage,)
        for old, new in pairwise(found):
            between = text[old.end : new.start]
            if _ARROW.fullmatch(between) or (
                turns and _is_led(text, old) and _TO.fullmatch(between)
            ):
                in_one = _in_one_unit(old, new)
                if in_one is not None:
                    yield *in_one, (passage,)


def _is_led(text: str, quantity: Quantity) -> bool:
    return _FROM.search(text, max(0, quantity.start - _LEAD), quantity.start) is not None


def _in_one_unit(old: Quantity, new: Quantity) -> tuple[Quantity, Quantity] | None:
    """Both in the new one's unit; an old value without a unit shares the new one's."""
    if old.high is not None or new.high is not None:
        return None
    if old.unit is None or new.unit is None:
        return replace(old, unit=new.unit or old.unit), new
    factor = old.unit.to(new.unit)
    return None if factor is None else (replace(old.times(factor), unit=new.unit), new)


@dataclass(frozen=True)
class _Place:
    """Where the two cells of a change correspond."""

    document_id: str
    label: frozenset[str]
    column: frozenset[str]
    index: int


def _paired(evidence: Passages) -> Iterator[_Found]:
    """Cells that correspond in columns, or in parts of a table, called before and after."""
    old: dict[_Place, tuple[Quantity, Passage]] = {}
    for place, is_before, quantity, passage in _moments(evidence):
        if is_before:
            old[place] = quantity, passage
        elif place in old:
            known, above = old[place]
            in_one = _in_one_unit(known, quantity)
            if in_one is not None:
                yield *in_one, ((above,) if above is passage else (above, passage))


def _moments(evidence: Passages) -> Iterator[tuple[_Place, bool, Quantity, Passage]]:
    for passage in evidence.items:
        row = passage.row
        if row is None:
            continue
        label = Text(row.label).stems
        for quantity in quantities(passage.text.raw):
            index, name = row.cell_at(quantity.start), row.column_at(quantity.start)
            if index is None:
                continue
            column = _words(name)
            told = column if column & (_BEFORE | _AFTER) else _words(row.header)
            if bool(told & _BEFORE) == bool(told & _AFTER):
                continue
            same = column - _BEFORE - _AFTER
            place = _Place(passage.document_id, label, same, 0 if told is column else index)
            yield place, bool(told & _BEFORE), in_column_unit(quantity, passage), passage


def _words(text: str) -> frozenset[str]:
    return frozenset(word.raw.lower() for word in Text(text).words)
