"""Answers of several items: an enumeration of names, or the quantities of one sentence."""
# ruff: noqa: RUF001 - dashes, quotes and signs as they are printed

import json
import re

from wattrag.answering.extractive.candidates import Candidate
from wattrag.answering.extractive.closeness import Weights, closeness, coverage
from wattrag.answering.extractive.names import Named
from wattrag.answering.extractive.passages import Passage, Passages
from wattrag.answering.extractive.question import Question
from wattrag.answering.quantities.quantities import plain

_WORD = r"(?<![\w.])\w(?:[\w./+’'-]{0,40}\w)?"
_ITEM = rf"{_WORD}(?: {_WORD}){{0,3}}"
_ENUMERATION = re.compile(
    rf"(?P<first>{_ITEM})(?P<rest>(?:, {_ITEM}){{0,9}}),? (?:and|or|&) (?P<last>{_ITEM})"
)
_CAPITAL = re.compile(r"(?:^| )(?P<name>(?:[A-Z]|\w*\d)[\w./+’'-]*(?: [A-Z\d][\w./+’'-]*)*)")
_FITTING = 0.6
"""Least fit of a quantity's unit for it to be an item."""


def list_names(question: Question, evidence: Passages, weights: Weights) -> Named | None:
    """The enumeration closest to the question, as a JSON list; None if there is none."""
    best: Named | None = None
    for passage in evidence.items:
        cover = coverage(weights, passage, evidence.spoken_of[passage.document_id])
        for match in _ENUMERATION.finditer(passage.text.raw):
            items = _items(match)[-question.count :]
            if len(items) < question.count:
                continue
            score = cover + closeness(passage, match.start(), weights)
            if best is None or score > best.score:
                best = Named(json.dumps(items, ensure_ascii=False), passage, score, cover)
    return best


def list_quantities(
    question: Question, candidates: list[Candidate], evidence: Passages, weights: Weights
) -> tuple[str, Passage, float] | None:
    """All fitting quantities of the passage closest to the question: value, passage, coverage."""
    by_passage: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        if candidate.fit >= _FITTING and candidate.quantity.high is None:
            by_passage.setdefault(id(candidate.passage), []).append(candidate)
    found = [
        (coverage(weights, c[0].passage, evidence.spoken_of[c[0].passage.document_id]), c)
        for c in by_passage.values()
        if len(c) > 1 and (not question.count or len(c) == question.count)
    ]
    if not found:
        return None
    cover, items = max(found, key=lambda pair: pair[0])
    value = ", ".join(plain(item.quantity.low) for item in items)
    return f"[{value}]", items[0].passage, cover


def _items(match: re.Match[str]) -> list[str]:
    """The items of an enumeration, without the words that lead into or follow the names."""
    middle = (item.strip() for item in match["rest"].split(","))
    last = _CAPITAL.match(match["last"])
    items = [_ending_name(item) for item in (match["first"], *middle) if item]
    return [*items, last["name"] if last else match["last"]]


def _ending_name(item: str) -> str:
    """The name an item ends with, or the item as it is: `North` of `called North`."""
    names = [m["name"] for m in _CAPITAL.finditer(item)]
    return names[-1] if names and item.endswith(names[-1]) else item
