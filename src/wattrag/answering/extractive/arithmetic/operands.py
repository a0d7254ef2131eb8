"""Finding the operands: one quantity for each side, all of one kind."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product

from wattrag.answering.extractive.arithmetic.reading import Reading
from wattrag.answering.extractive.arithmetic.sides import Side
from wattrag.answering.extractive.candidates import Candidate
from wattrag.answering.extractive.choose import Chosen, scored, sharper
from wattrag.answering.extractive.fit import BARE
from wattrag.answering.extractive.text import years_in

COMPARABLE = 0.6
"""Least coverage of an operand's passage, relative to the best operand's."""
COMPARABLE_SCORE = 0.75
"""Least score of an operand, relative to the best operand's."""
SAME_DOCUMENT, SAME_COLUMN = 0.2, 0.3
"""What speaks for operands that stand together: they were measured in the same way."""
TRIED, TRIED_OF_MANY = 8, 4
"""The best candidates of each of two sides, or of more, that are tried with each other."""


@dataclass(frozen=True)
class Operands:
    """Quantities in the order of the sides, and how much speaks for them."""

    chosen: tuple[Chosen, ...]
    score: float


def operands(
    reading: Reading, sides: tuple[Side, ...], offered: list[Candidate]
) -> Operands | None:
    """The quantities that best fit the sides, or None if a side has none.

    They are distinct, differ in value (the same value twice is the same fact stated twice), measure
    the same, and the passage of each names its side.
    """
    single = [candidate for candidate in offered if candidate.quantity.high is None]
    ranked = [_ranked(reading, side, single) for side in sides]
    tried = TRIED if len(sides) == len("ab") else TRIED_OF_MANY
    best: Operands | None = None
    for chosen in product(*(found[:tried] for found in ranked)):
        if not _fit_together(chosen):
            continue
        score = sum(c.score for c in chosen) / len(chosen) + _togetherness(chosen)
        if best is None or score > best.score:
            best = Operands(chosen, score)
    if best is None:
        return None
    precise = tuple(sharper(c, found) for c, found in zip(best.chosen, ranked, strict=True))
    return replace(best, chosen=precise) if _fit_together(precise) else best


def _ranked(reading: Reading, side: Side, candidates: list[Candidate]) -> list[Chosen]:
    """The candidates whose passage names the side, the best first."""
    passages = {id(c.passage): c.passage for c in candidates}
    named = {key for key, passage in passages.items() if side.is_named_by(passage, reading)}
    naming = [candidate for candidate in candidates if id(candidate.passage) in named]
    asked = reading.question
    if years_in(side.text.raw):
        asked = replace(asked, text=side.text)  # only its own years count
    found = scored(asked, naming, reading.evidence, side.weighted(reading.weights))
    return sorted(found, key=lambda chosen: -chosen.score)


def _fit_together(chosen: tuple[Chosen, ...]) -> bool:
    covers, scores = [c.coverage for c in chosen], [c.score for c in chosen]
    return (
        min(covers) >= COMPARABLE * max(covers)
        and min(scores) >= COMPARABLE_SCORE * max(scores)
        and all(_alike(a, b) for a, b in combinations(chosen, 2))
    )


def _alike(first: Chosen, second: Chosen) -> bool:
    """Whether two quantities differ and measure the same: both per year, or neither."""
    a, b = first.candidate.quantity, second.candidate.quantity
    if a.low == b.low:
        return False
    if a.unit is None or b.unit is None:
        return min(first.candidate.fit, second.candidate.fit) > BARE  # it may be anything else
    return a.unit.to(b.unit) is not None


def _togetherness(chosen: tuple[Chosen, ...]) -> float:
    documents = {c.candidate.passage.document_id for c in chosen}
    columns = set(_columns(chosen))
    in_one_column = len(columns) == 1 and "" not in columns
    return SAME_DOCUMENT * (len(documents) == 1) + SAME_COLUMN * in_one_column


def _columns(chosen: tuple[Chosen, ...]) -> Iterator[str]:
    for candidate in (c.candidate for c in chosen):
        row = candidate.passage.row
        yield row.column_at(candidate.quantity.start) if row is not None else ""
