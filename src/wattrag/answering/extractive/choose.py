"""Choosing among candidates: closeness to the question's words, unit, agreement."""

from collections import defaultdict
from dataclasses import dataclass

from wattrag.answering.extractive.candidates import Candidate
from wattrag.answering.extractive.closeness import Weights, closeness, coverage
from wattrag.answering.extractive.numbers import formatted
from wattrag.answering.extractive.passages import Passages
from wattrag.answering.extractive.question import Kind, Question

COVERAGE, CLOSENESS, FIT, RANK, AGREEMENT = 1.0, 0.6, 0.8, 0.2, 0.1
"""Weights of what speaks for a candidate."""
RANGE_ASKED = 0.4
"""Bonus of a range where a range is asked for."""
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
    """The best-supported candidate, or None if there is none.

    Equal values in several passages speak for each other; ties go to what stands first.
    """
    covered = {id(p): coverage(weights, p, evidence.spoken_of[p.document_id]) for p in evidence.items}
    scored = [
        Chosen(c, formatted(c.quantity), _score(question, c, weights, cover), cover)
        for c in candidates
        for cover in [covered[id(c.passage)]]
    ]
    votes: dict[str, set[int]] = defaultdict(set)
    for chosen in scored:
        votes[chosen.value].add(id(chosen.candidate.passage))
    return max(
        scored,
        key=lambda c: c.score + AGREEMENT * min(len(votes[c.value]) - 1, 2),
        default=None,
    )


def _score(question: Question, candidate: Candidate, weights: Weights, cover: float) -> float:
    passage, quantity = candidate.passage, candidate.quantity
    score = COVERAGE * cover + FIT * candidate.fit
    score += RANK / passage.rank if passage.rank else 0.0
    score += CLOSENESS * closeness(passage, quantity.start, weights)
    if question.kind is Kind.RANGE:
        score += RANGE_ASKED * (quantity.high is not None)
    years = passage.years
    if question.years and years and not years & question.years:
        score -= OTHER_YEAR
    return score
