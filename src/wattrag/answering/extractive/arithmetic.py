"""Small arithmetic: the difference between two quantities that a question sets side by side."""

import re
from dataclasses import replace

from wattrag.answering.extractive.candidates import Candidate
from wattrag.answering.extractive.choose import Chosen, choose
from wattrag.answering.extractive.closeness import Weights
from wattrag.answering.extractive.passages import Passages
from wattrag.answering.extractive.question import Question
from wattrag.answering.extractive.text import Text, tidy
from wattrag.answering.quantities.quantities import formatted

_SIDES = (
    re.compile(r"\bdifference (?:in .{3,60} )?between (?P<a>.+?) and (?P<b>.+)", re.IGNORECASE),
    re.compile(
        r"\bhow (?:many|much) (?:more|fewer|less)\b(?P<a>.+?) than (?P<b>.+)", re.IGNORECASE
    ),
    re.compile(r"\bby how (?:much|many)\b(?P<a>.+?) (?:exceed\w*|than) (?P<b>.+)", re.IGNORECASE),
    re.compile(
        r"\b(?:growth|increase|grow|change|decrease)\b.* from (?P<a>.+?) to (?P<b>.+)",
        re.IGNORECASE,
    ),
)
_SHARE = re.compile(r"percent|%|\btimes\b|\bfactor\b|\bfold\b", re.IGNORECASE)
_OWN_WEIGHT = 2.0
"""The words of one side tell its quantity from the other's, so they count twice."""


def sides(question: Question) -> tuple[Text, Text] | None:
    """The two things whose difference is asked for, or None if none is."""
    text = question.text.raw
    for pattern in _SIDES:
        match = pattern.search(text)
        if match and (pattern is _SIDES[0] or not _SHARE.search(text)):
            return Text(tidy(match["a"])), Text(tidy(match["b"]))
    return None


def difference(
    question: Question,
    pair: tuple[Text, Text],
    candidates: list[Candidate],
    evidence: Passages,
    weights: Weights,
) -> tuple[Chosen, Chosen, str] | None:
    """The two quantities and the absolute difference; None if two different ones are not found."""
    found: list[Chosen] = []
    for own, other in (pair, pair[::-1]):
        turned = _turned(weights, own, other)
        left = [c for c in candidates if c.quantity.high is None and c not in _taken(found)]
        chosen = choose(question, left, evidence, turned)
        if chosen is None:
            return None
        found.append(chosen)
    first, second = found
    gap = abs(first.candidate.quantity.low - second.candidate.quantity.low)
    if gap == 0:
        return None
    value = formatted(replace(first.candidate.quantity, low=gap))
    return first, second, value


def _taken(found: list[Chosen]) -> list[Candidate]:
    return [chosen.candidate for chosen in found]


def _turned(weights: Weights, own: Text, other: Text) -> Weights:
    """Weights for one side: its own words count more, those of the other side alone not at all."""
    return {
        stem: weight * (_OWN_WEIGHT if stem in own.stems and stem not in other.stems else 1.0)
        for stem, weight in weights.items()
        if stem in own.stems or stem not in other.stems
    }
