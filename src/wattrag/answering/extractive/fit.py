"""How well a quantity fits the unit that a question asks for, and its value in that unit."""

import re
from dataclasses import replace
from decimal import Decimal

from wattrag.answering.extractive.passages import Passage
from wattrag.answering.extractive.question import Target
from wattrag.answering.extractive.text import Text
from wattrag.answering.quantities.quantities import Quantity
from wattrag.answering.quantities.units import Unit, units_in

_PLURAL = re.compile(r"[ \n][a-z]{3,}s\b(?<!ss)(?<!was)(?<!has)")
_CARBON = re.compile(r"CO2|CO₂|carbon", re.IGNORECASE)


NO_TARGET, UNIT_UNASKED = 0.5, 0.3
"""Nothing is known of the unit: a bare number, and one with a unit that the question lacks."""
CONVERTED, FAR_CONVERTED, FAR = 0.85, 0.2, 1000
"""People ask in the unit of the text; a unit a thousand times off measures other things."""
NO_CARBON = 0.8
"""A mass that is not said to be CO2, where emissions are asked for: what a server weighs."""
RATE = 0.7
"""Tonnes per year, where tonnes are asked for."""
SPELLED = 0.8
"""Number words are seldom results: `one of`, `two approaches`."""
NOUN_BEFORE, NOUN_NEARBY, REACH = 0.8, 0.4, 4
"""The thing counted stands before the number, or elsewhere in the passage; words it may be off."""
IN_HEADER, BARE = 0.7, 0.2
"""A number without a unit, in a table whose header states the unit, and in any other."""


def fitted(
    quantity: Quantity, passage: Passage, target: Target | None
) -> tuple[Quantity, float] | None:
    """The quantity in the unit asked for and its fit, or None if it measures something else."""
    found = _fitted(in_column_unit(quantity, passage), passage, target)
    if found is None or not quantity.spelled:
        return found
    return found[0], found[1] * SPELLED


def _fitted(
    quantity: Quantity, passage: Passage, target: Target | None
) -> tuple[Quantity, float] | None:
    if target is None:
        return quantity, NO_TARGET if quantity.unit is None else UNIT_UNASKED
    if target.unit is None:
        fit = _noun_fit(quantity, passage, target.nouns)
        return None if fit is None else (quantity.times(1 / target.scale), fit)
    if quantity.unit is None:
        fit = _bare_fit(quantity, passage, target.unit)
        return None if fit is None else (quantity, fit)
    return _measured(quantity, passage, target, quantity.unit, target.unit)


def _measured(
    quantity: Quantity, passage: Passage, target: Target, unit: Unit, asked: Unit
) -> tuple[Quantity, float] | None:
    fit = 1.0
    if _CARBON.search(target.text) and not _CARBON.search(_said_of(quantity, passage)):
        fit = NO_CARBON
    factor = unit.to(asked)
    if factor is None and unit.is_rate and asked.per is None:
        factor, fit = replace(unit, per=None).to(asked), fit * RATE
    if factor is None:
        return None
    return quantity.times(factor / target.scale), fit * _conversion_fit(factor)


def _said_of(quantity: Quantity, passage: Passage) -> str:
    """The quantity as written, with its column's name."""
    column = passage.row.column_at(quantity.start) if passage.row is not None else ""
    return f"{passage.text.raw[quantity.start : quantity.end]} {column}"


def _conversion_fit(factor: Decimal) -> float:
    if factor == 1:
        return 1.0
    return CONVERTED if 1 / Decimal(FAR) <= factor <= FAR else FAR_CONVERTED


def in_column_unit(quantity: Quantity, passage: Passage) -> Quantity:
    """A bare number of a table in the unit that its column's or row's name states."""
    row = passage.row
    if row is None or quantity.unit is not None:
        return quantity
    for name in (row.column_at(quantity.start), row.label if row.named else ""):
        stated = units_in(name)
        if stated:
            unit, scale = stated[0]
            return replace(quantity.times(scale), unit=unit)
    return quantity


def _noun_fit(quantity: Quantity, passage: Passage, nouns: frozenset[str]) -> float | None:
    """How closely a number stands to the words of what is counted: `40 ... models`."""
    if not nouns:
        return NO_TARGET
    words = passage.text.words
    following = [w.stem for w in words if w.start >= quantity.start][1 : 2 + REACH]
    preceding = [w.stem for w in words if w.end <= quantity.start][-REACH:]
    best = max(_share(nouns, following), NOUN_BEFORE * _share(nouns, preceding))
    row = passage.row
    if row is not None and row.named:
        named = Text(f"{row.column_at(quantity.start)} {row.label}").stems
        best = _share(nouns, named)
    if best == 0 and (quantity.unit is not None or _counts_something(quantity, passage)):
        return None
    nearby = _share(nouns, passage.text.stems | (row.header_stems if row else frozenset()))
    return max(best, NOUN_NEARBY * nearby, BARE)


def _counts_something(quantity: Quantity, passage: Passage) -> bool:
    """Whether a plural follows the number: `176 billion parameters`."""
    return _PLURAL.match(passage.text.raw, quantity.end) is not None


def _share(nouns: frozenset[str], stems: list[str] | frozenset[str]) -> float:
    return len(nouns & set(stems)) / len(nouns)


def _bare_fit(quantity: Quantity, passage: Passage, asked: Unit) -> float | None:
    """How well a number without a unit can be meant in the unit asked for.

    In running text a measured number carries its unit; in a table the header may carry it.
    """
    row = passage.row
    if quantity.spelled:
        return None
    if row is None:
        return BARE if asked.dimension == "multiplier" else None
    above = row.column_at(quantity.start) or row.header
    stated = [u for text in (row.label, above, row.caption) for u in units_in(text)]
    if any(unit.to(asked) == 1 for unit, _ in stated):
        return IN_HEADER
    return None if quantity.scaled else BARE  # 7B parameters
