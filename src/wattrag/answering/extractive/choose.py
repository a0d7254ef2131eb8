"""Choosing among candidates: closeness to the question's words, unit, year, precision."""

import re
from dataclasses import dataclass

from wattrag.answering.extractive.candidates import Candidate
from wattrag.answering.extractive.closeness import Weights, closeness, coverage
from wattrag.answering.extractive.passages import Passages
from wattrag.answering.extractive.question import Kind, Question
from wattrag.answering.extractive.text import YEAR
from wattrag.answering.quantities.quantities import formatted, rounded, significant_digits

COVERAGE, CLOSENESS, FIT, RANK = 1.0, 1.0, 0.8, 0.2
"""Weights of what speaks for a candidate, each from 0 to 1. Set by hand: halving or doubling any
one of them moved the overall score on the development questions by at most 0.013."""
RANGE_ASKED = 0.4
"""Bonus of a range where a range is asked for."""
YEAR_BEFORE_NUMBER = re.compile(r"(?:[^\d]|(?<=[\w-])\d){0,80}(?:19|20)\d\d(?!\w|[.,]\d)")
OTHER_YEAR = 0.2
"""What a passage loses that speaks of other years than the question does."""


@dataclass(frozen=True)
class Chosen:
    """A candidate and how much speaks for it; `coverage` is of its passage."""

    candidate: Candidate
    value: str
    score: float
    coverage: float


def choose(
    question: Question, candidates: list[Candidate], evidence: Passages, weights: Weights
) -> Chosen | None:
    """The best-supported candidate, or None if there is none; ties go to what stands first."""
    found = scored(question, candidates, evidence, weights)
    best = max(found, key=lambda chosen: chosen.score, default=None)
    return best and sharper(best, found)


def scored(
    question: Question, candidates: list[Candidate], evidence: Passages, weights: Weights
) -> list[Chosen]:
    """The candidates in their order, each with how much speaks for it."""
    passages = {id(c.passage): c.passage for c in candidates}
    covered = {
        key: coverage(weights, p, evidence.spoken_of[p.document_id]) for key, p in passages.items()
    }
    return [
        Chosen(c, formatted(c.quantity), _score(question, c, weights, cover), cover)
        for c in candidates
        for cover in [covered[id(c.passage)]]
    ]


def sharper(best: Chosen, others: list[Chosen]) -> Chosen:
    """The same quantity with more digits, where the same document gives it: 5.439 for 5.4."""
    known = best.candidate.quantity
    digits = significant_digits(known.low)
    finer = [
        other
        for other in others
        if other.candidate.passage.document_id == best.candidate.passage.document_id
        and other.candidate.fit >= best.candidate.fit * SHARPER_FIT
        and other.coverage >= best.coverage * SHARPER_COVERAGE
        and (known.high is None) == (other.candidate.quantity.high is None)
        and significant_digits(other.candidate.quantity.low) > digits > 1
        and rounded(other.candidate.quantity.low, digits) == known.low
    ]
    return max(finer, key=lambda other: other.score, default=best)


SHARPER_FIT, SHARPER_COVERAGE = 0.7, 0.5
"""How well a more precise statement of the quantity must fit, relative to the chosen one."""


def _score(question: Question, candidate: Candidate, weights: Weights, cover: float) -> float:
    passage, quantity = candidate.passage, candidate.quantity
    score = COVERAGE * cover + FIT * candidate.fit
    score += RANK / passage.rank if passage.rank else 0.0
    score += CLOSENESS * closeness(passage, quantity.start, weights)
    if question.kind is Kind.RANGE:
        score += RANGE_ASKED * (quantity.high is not None)
    return score - OTHER_YEAR * _is_of_other_year(question, candidate)


def _is_of_other_year(question: Question, candidate: Candidate) -> bool:
    """Whether the question names a year and the quantity is given for another.

    The year of a quantity follows it (`0.18 L/kWh in 2023, from 0.19 in 2022`) up to the next
    number, or else stands before it (`In 2023 it was 0.18`).
    """
    text, quantity = candidate.passage.text.raw, candidate.quantity
    following = YEAR_BEFORE_NUMBER.match(text, quantity.end)
    years = YEAR.findall(following.group() if following else text[: quantity.start])
    return bool(question.years and years and years[-1] not in question.years)
