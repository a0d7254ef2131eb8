"""Short answers in words: names and terms that the evidence offers for what is asked."""
# ruff: noqa: RUF001 - dashes, quotes and signs as they are printed

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wattrag.answering.extractive.closeness import closeness, coverage
from wattrag.answering.extractive.passages import Passage, Passages
from wattrag.answering.extractive.question import Question
from wattrag.answering.extractive.text import Text
from wattrag.answering.extractive.vocabulary import STOPWORDS
from wattrag.answering.quantities.quantities import quantities

# Repetitions are bounded: a document may hold a word of a hundred thousand letters.
_PART = (
    r"(?<!\w)(?:[A-Z]|[a-z]{1,20}[A-Z]|\d{1,15}[A-Za-z]|[a-z]{1,15}\d{1,10}[A-Za-z])[\w'’]{0,40}"
    r"(?:[-./+]\w{1,30}){0,6}"
)
_LINK = r"(?: (?:(?:of|for|and|the|in|&) (?=[A-Z]))*"
_NUMBERED = r"(?: \d{1,6}(?:[-.]\d{1,4})*(?![\w%]))?"
_NAME = re.compile(rf"{_PART}{_LINK}{_PART})*{_NUMBERED}")
_CODE = re.compile(r"(?<![\w.-])[a-z]{1,20}(?:[-_.][a-z0-9]{1,20}){1,4}(?![\w-])")
_QUOTED = re.compile(r"[\"“‘«]([^\"“”‘’«»]{2,60})[\"”’»]")
_CALLED = re.compile(
    r"\b(?:called|termed|named|known as|referred to as|dubbed|so-called|denoted as) (?:the |an? )?"
    r"[\"“‘]?(?P<name>[\w’'-]{1,40}(?: [\w’'-]{1,40}){0,3}?)[\"”’]?"
    r"(?=[,.;:()]|$| (?:is|are|has|which|that|and|for|to|in|of|reads?)\b)"
)
_DEFINED = re.compile(
    r"(?:^|[.;•●] ?)(?:An? |The )?(?P<name>[A-Z][\w-]{0,40}(?: [\w-]{1,40}){0,4}?)"
    r"(?: \([^)]{1,20}\))?"
    r"(?::| (?:is|are) (?:defined as|the)\b| refers? to\b| means?\b| denotes?\b)"
)
_HEAD = re.compile(
    r"\b(?:which|what) (?:is |was |are |were )?(?:the )?"
    r"(?:name of (?:the |an? )?|names of (?:the )?)?"
    r"(?P<head>[\w-]+(?: [\w-]+){0,3})",
    re.IGNORECASE,
)
_ASKS_TERM = re.compile(
    r"\b(?:term|concept|phenomenon|paradox|called|known as|name for|word|metric)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Named:
    """A name in a passage and how much speaks for it."""

    name: str
    passage: Passage
    score: float
    coverage: float


DEFINED, QUOTED, HEAD, CODE = 0.5, 0.15, 0.3, -0.1
CLOSENESS, RANK, SINGLE = 0.8, 0.2, -0.1
"""Weights: a definition where a term is asked for, quotation marks, the asked-for kind of thing
next to the name; a single capital at a sentence's start is often no name at all."""


def find_name(question: Question, evidence: Passages, weights: dict[str, float]) -> Named | None:
    """The name that best fits the question, or None if the evidence offers none."""
    return max(_names(question, evidence, weights), key=lambda n: n.score, default=None)


def pick_option(question: Question, evidence: Passages, weights: dict[str, float]) -> Named | None:
    """The option of the question that the evidence speaks of most closely, or None."""
    options = {stem for option in question.options for stem in Text(option).stems}
    asked = {s: w for s, w in weights.items() if s not in options} or weights
    found = [
        Named(option, p, cover + CLOSENESS * closeness(p, place, asked) + _rank(p), cover)
        for p in evidence.items
        for cover in [coverage(asked, p, evidence.spoken_of[p.document_id])]
        for option in question.options
        if (place := _place(p.text, option)) is not None
    ]
    return max(found, key=lambda n: n.score, default=None)


def _names(question: Question, evidence: Passages, weights: dict[str, float]) -> Iterator[Named]:
    asks_term = bool(_ASKS_TERM.search(question.text.raw))
    head = _head(question)
    for passage in evidence.items:
        cover = coverage(weights, passage, evidence.spoken_of[passage.document_id])
        for name, bonus in _offered(passage, asks_term=asks_term):
            stems = Text(name).stems
            if not stems or stems <= question.text.stems or name.lower() in STOPWORDS:
                continue
            place = _place(passage.text, name) or 0
            score = cover + bonus + _rank(passage) + CLOSENESS * closeness(passage, place, weights)
            score += HEAD * _near_head(passage.text, name, head)
            yield Named(name, passage, score, cover)


def _offered(passage: Passage, *, asks_term: bool) -> Iterator[tuple[str, float]]:
    text = passage.text.raw
    yield from ((m["name"].strip(), DEFINED) for m in _CALLED.finditer(text))
    if asks_term:
        yield from ((m["name"].strip(), DEFINED) for m in _DEFINED.finditer(text))
    yield from ((m.group(), CODE) for m in _CODE.finditer(text))
    for match in _QUOTED.finditer(text):
        yield match[1].strip(" ,."), QUOTED
    for match in _NAME.finditer(text):
        name = match.group().rstrip(".-/")
        first, _, rest = name.partition(" ")
        if first.lower() in STOPWORDS:
            name = rest
        alone = " " not in name and name[1:].islower() and match.start() == 0
        if name and not _is_heading(name) and not quantities(name):
            yield name, SINGLE if alone else 0.0


def _is_heading(name: str) -> bool:
    """Whether it is set in capitals throughout, or points to a figure or a section."""
    words = name.split()
    shouted = len(words) >= _HEADING_WORDS and name.isupper()
    return shouted or words[0].rstrip(".") in {"Fig", "Figure", "Table", "Section", "Appendix"}


_HEADING_WORDS = 3


def _rank(passage: Passage) -> float:
    return RANK / passage.rank if passage.rank else 0.0


def _head(question: Question) -> frozenset[str]:
    match = _HEAD.search(question.text.raw)
    if match is None:
        return frozenset()
    return frozenset(w.stem for w in Text(match["head"]).content)


def _place(text: Text, name: str) -> int | None:
    """Where `name` starts in a text, or None if it does not occur."""
    start = text.raw.lower().find(name.lower())
    return start if start >= 0 else None


def _near_head(text: Text, name: str, head: frozenset[str]) -> float:
    """Share of the asked-for kind's words that stand right before or after the name."""
    place = _place(text, name)
    if place is None or not head:
        return 0.0
    before = [w.stem for w in text.words if w.end <= place][-_HEAD_REACH:]
    within = [w.stem for w in text.words if w.start >= place]
    around = {*before, *within[: len(Text(name).words) + _HEAD_REACH]}
    return len(head & around) / len(head)


_HEAD_REACH = 4
