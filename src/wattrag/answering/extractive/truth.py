"""True or False: does the best evidence support the statement or speak against it?"""

import re
from dataclasses import dataclass

from wattrag.answering.extractive.closeness import Weights, coverage
from wattrag.answering.extractive.contradiction import negated, opposed, substituted
from wattrag.answering.extractive.passages import Passage, Passages
from wattrag.answering.extractive.question import Question
from wattrag.answering.extractive.text import Text
from wattrag.answering.quantities.quantities import Quantity, quantities

_SWEEPING = re.compile(
    r"\b(?:all|always|never|only|every|entire(?:ly)?|solely|exclusively|complete(?:ly)?|none|any"
    r"|cannot|no|identical|eliminat\w+|guarantee\w*|negligible|perfect\w*|fully|both)\b",
    re.IGNORECASE,
)
_CAUTIOUS = re.compile(
    r"\b(?:can|could|may|might|often|some|sometimes|typically|usually|likely|tends?|up to|at least"
    r"|approximately|about|roughly|around)\b",
    re.IGNORECASE,
)

PRIOR = 0.2
NUMBER_FOUND, NUMBER_MISSED = 0.8, -1.0
NEGATED, OPPOSED, SUBSTITUTED = -1.5, -1.0, -1.0
SWEEPING, CAUTIOUS = -0.5, 0.4
COVERED, COVERED_AT = 0.5, 0.5
"""Log-odds of each sign: round numbers set by judgement. What contradicts weighs most; a sweeping
word that the evidence lacks makes a statement more often false, a cautious one more often true.
How much of the statement is found says little: false statements are made from true ones."""


@dataclass(frozen=True)
class Verdict:
    """Whether a statement holds, by which passage, in log-odds."""

    holds: bool
    passage: Passage
    odds: float
    coverage: float


def judge(question: Question, evidence: Passages, weights: Weights) -> Verdict | None:
    """Judge a statement by the passage that shares most with it; None without evidence."""
    scored = [(coverage(weights, p, evidence.spoken_of[p.document_id]), p) for p in evidence.items]
    scored.sort(key=lambda pair: -pair[0] - (_RANK / pair[1].rank if pair[1].rank else 0.0))
    if not scored:
        return None
    cover, best = scored[0]
    statement = question.text
    odds = PRIOR + COVERED * (cover - COVERED_AT)
    odds += _numbers(statement, [p for _, p in scored[:_CONSIDERED]])
    odds += NEGATED * negated(statement, best.text)
    odds += OPPOSED * (opposed(statement, best.text) > 0)
    odds += SUBSTITUTED * substituted(statement, best.text)
    said = " ".join(p.text.raw for _, p in scored[:_CONSIDERED]).lower()
    odds += SWEEPING * any(m.lower() not in said for m in _SWEEPING.findall(statement.raw))
    odds += CAUTIOUS * bool(_CAUTIOUS.search(statement.raw))
    return Verdict(odds > 0, best, odds, cover)


_CONSIDERED = 4
_RANK = 0.1


def _numbers(statement: Text, passages: list[Passage]) -> float:
    """Evidence from the statement's own numbers: confirmed, contradicted or not spoken of."""
    stated = [q for q in quantities(statement.raw) if q.unit is not None or q.scaled]
    if not stated:
        return 0.0
    offered = [q for p in passages for q in quantities(p.text.raw)]
    missing = [s for s in stated if not any(_same(s, o) for o in offered)]
    if not missing:
        return NUMBER_FOUND
    contradicted = any(_comparable(s, o) for s in missing for o in offered)
    return NUMBER_MISSED if contradicted else 0.0


def _same(stated: Quantity, offered: Quantity) -> bool:
    if stated.unit is not None and offered.unit is not None:
        factor = offered.unit.to(stated.unit)
        if factor is None:
            return False
        offered = offered.times(factor)
    return stated.low in {offered.low, offered.high} or (
        offered.high is not None and offered.low <= stated.low <= offered.high
    )


def _comparable(stated: Quantity, offered: Quantity) -> bool:
    if stated.unit is None or offered.unit is None:
        return False
    return offered.unit.to(stated.unit) is not None
