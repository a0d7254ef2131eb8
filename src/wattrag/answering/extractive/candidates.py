"""Quantities in the evidence that could be the answer, and how well each fits the unit asked."""
# ruff: noqa: RUF001 - dashes, quotes and signs as they are printed

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from wattrag.answering.extractive.passages import Passage, Passages
from wattrag.answering.extractive.quantities import Quantity, quantities
from wattrag.answering.extractive.question import Question, Target
from wattrag.answering.extractive.text import YEAR, Text
from wattrag.answering.extractive.units import units_in

_CITED = re.compile(r"\[[\d,;\s–-]{1,60}\]|\barXiv:\S{1,20}|\bdoi:?\S{1,60}|https?:\S{1,200}")
_LABELLED = re.compile(
    r"(?:\b(?:Fig(?:ure|s|ures)?|Tab(?:le|les)?|Sec(?:tion|tions|s)?|Eq(?:uation|n|s)?|Appendix|Chapter"
    r"|Algorithm|Listing|Step|Pages?|pp?|Vol(?:ume)?|No|Version|Art(?:icle)?|Recital|Annex|Ref|Scope"
    r"|Tier|Phase|Part|Lemma|Theorem|Note|Row|Column|Item|Footnote)\b\.?|§)[ \n]?\(?$",
    re.IGNORECASE,
)
_VERSION_OF = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][A-Za-z]*[a-z][\w-]* $")


@dataclass(frozen=True)
class Candidate:
    """A quantity in a passage; `quantity` is converted to the unit asked for."""

    quantity: Quantity
    passage: Passage
    fit: float
    """How well its unit fits the one asked for, 0 to 1."""


def candidates(question: Question, evidence: Passages) -> Iterator[Candidate]:
    """Every quantity of the evidence that is not a label, citation, year or of the question."""
    asked = {value for q in quantities(question.text.raw) for value in (q.low, q.high)}
    for passage in evidence.items:
        cited = [m.span() for m in _CITED.finditer(passage.text.raw)]
        for quantity in quantities(passage.text.raw):
            if quantity.high is None and quantity.low in asked:
                continue
            if _only_points(quantity, passage, cited, question.target):
                continue
            fitted = _fitted(quantity, passage, question.target)
            if fitted is not None:
                found, fit = fitted
                yield Candidate(found, passage, fit * (_SPELLED if quantity.spelled else 1.0))


def _only_points(
    quantity: Quantity, passage: Passage, cited: list[tuple[int, int]], target: Target | None
) -> bool:
    """Whether a number only points somewhere: a citation, a figure's number, a year, a version."""
    text, start = passage.text.raw, quantity.start
    if any(low <= start < high for low, high in cited):
        return True
    if _LABELLED.search(text, max(0, start - 14), start):
        return True
    if quantity.unit is not None or quantity.spelled:
        return False
    if passage.row is None and _VERSION_OF.search(text[max(0, start - 30) : start]):
        return not (target and _last_stem(text[max(0, start - 30) : start]) in target.nouns)
    if target is not None and "year" in target.nouns:
        return False
    return YEAR.match(text, start) is not None


def _last_stem(text: str) -> str:
    words = Text(text).words
    return words[-1].stem if words else ""


def _fitted(
    quantity: Quantity, passage: Passage, target: Target | None
) -> tuple[Quantity, float] | None:
    """The quantity in the unit asked for and its fit, or None if it measures something else."""
    quantity, fit = _of_column(quantity, passage)
    if target is None:
        return quantity, _NO_TARGET if quantity.unit is None else _UNIT_UNASKED
    if target.unit is None:
        found = _noun_fit(quantity, passage, target.nouns)
        return None if found is None else (quantity.times(1 / target.scale), found)
    if quantity.unit is None:
        bare = _bare_fit(quantity, passage, target)
        return None if bare is None else (quantity, bare)
    factor = quantity.unit.to(target.unit)
    if factor is None and quantity.unit.is_rate and target.unit.per is None:
        factor, fit = replace(quantity.unit, per=None).to(target.unit), fit * _RATE
    if factor is None:
        return None
    return quantity.times(factor / target.scale), fit * _conversion_fit(factor)


_NO_TARGET = 0.5
_UNIT_UNASKED = 0.3
_CONVERTED, _FAR_CONVERTED = 0.85, 0.5
_FAR = 1000
_RATE = 0.7
"""Tonnes per year, where tonnes are asked for."""
_SPELLED = 0.8
"""Number words are seldom results: `one of`, `two approaches`."""
_NOUN_BEFORE = 0.8
_NOUN_NEARBY = 0.4
_BARE = 0.2
_IN_HEADER = 0.7
_WORDS_AFTER = 4
_WORDS_BEFORE = 4


def _conversion_fit(factor: Decimal) -> float:
    """People ask in the unit of the text; a unit a thousand times off measures other things."""
    if factor == 1:
        return 1.0
    return _CONVERTED if 1 / Decimal(_FAR) <= factor <= _FAR else _FAR_CONVERTED


def _of_column(quantity: Quantity, passage: Passage) -> tuple[Quantity, float]:
    """A bare number of a table in the unit that its column's or row's name states."""
    if passage.row is None or quantity.unit is not None:
        return quantity, 1.0
    row = passage.row
    for name in (row.column_at(quantity.start), row.label if row.named else ""):
        stated = units_in(name)
        if stated:
            unit, scale = stated[0]
            return replace(quantity.times(scale), unit=unit), 1.0
    return quantity, 1.0


def _noun_fit(quantity: Quantity, passage: Passage, nouns: frozenset[str]) -> float | None:
    """How closely a number stands to the words of what is counted: `40 ... models`."""
    if not nouns:
        return _NO_TARGET
    words = passage.text.words
    following = [w.stem for w in words if w.start >= quantity.start][1 : 2 + _WORDS_AFTER]
    preceding = [w.stem for w in words if w.end <= quantity.start][-_WORDS_BEFORE:]
    best = max(_share(nouns, following), _NOUN_BEFORE * _share(nouns, preceding))
    row = passage.row
    if row is not None and row.named:
        named = Text(f"{row.column_at(quantity.start)} {row.label}").stems
        best = _share(nouns, named)
    if best == 0 and quantity.unit is not None:
        return None
    nearby = _share(nouns, passage.text.stems | (row.header_stems if row else frozenset()))
    return max(best, _NOUN_NEARBY * nearby, _BARE)


def _share(nouns: frozenset[str], stems: list[str] | frozenset[str]) -> float:
    return len(nouns & set(stems)) / len(nouns)


def _bare_fit(quantity: Quantity, passage: Passage, target: Target) -> float | None:
    """How well a number without a unit can be meant in the unit asked for.

    In running text a measured number carries its unit; in a table the header may carry it.
    """
    if target.unit is None or quantity.spelled:
        return None
    if passage.row is None:
        return _BARE if target.unit.dimension == "multiplier" else None
    row = passage.row
    stated = [u for text in (row.label, row.header, row.caption) for u in units_in(text)]
    return _IN_HEADER if any(unit.to(target.unit) == 1 for unit, _ in stated) else _BARE
