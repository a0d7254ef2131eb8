"""Signs that a passage says the opposite of a statement: negation, direction, substitution."""
# ruff: noqa: RUF001 - dashes, quotes and signs as they are printed

import re

from wattrag.answering.extractive.text import Text, Word
from wattrag.answering.extractive.vocabulary import DOWN, UP

_NEGATION = re.compile(
    r"\b(?:not(?! (?:just|only|merely|necessarily|limited))|no|never|neither|nor|none|cannot"
    r"|without"
    r"|lack(?:s|ed|ing)?|fail(?:s|ed)? to|unable|rarely|hardly|barely|instead of|rather than"
    r"|leaves? out|exclud(?:es|ed|ing)|absen(?:t|ce)|ignor(?:es?|ed|ing)|insufficient|unlikely"
    r"|in place of)\b|n['’]t\b",
    re.IGNORECASE,
)
CLOSE_MATCH = 0.75
"""Share of the statement's words from which a differing word is no paraphrase."""
NEAR = 4
"""Words around a negation or a direction word to which it is taken to belong."""


def negated(statement: Text, said: Text) -> bool:
    """Whether one denies and the other does not, by a negation close to what they share."""
    shared = {w.stem for w in statement.content} & said.stems
    return _denies(statement, shared) != _denies(said, shared)


def _denies(text: Text, shared: set[str]) -> bool:
    return any(_around(text, m.start()) & shared for m in _NEGATION.finditer(text.raw))


def opposed(statement: Text, said: Text) -> float:
    """How much both say of the same thing goes in different directions, less what in the same.

    A direction word (higher, falls) belongs to the content words around it, the closest most.
    """
    balance = 0.0
    for way, about in _directions(statement):
        for other_way, other_about in _directions(said):
            overlap = sum(near * other_about.get(stem, 0.0) for stem, near in about.items())
            balance += overlap if way != other_way else -overlap
    return balance


def _directions(text: Text) -> list[tuple[bool, dict[str, float]]]:
    return [
        (word.raw.lower() in UP, _about(text, word))
        for word in text.words
        if word.raw.lower() in UP or word.raw.lower() in DOWN
    ]


def _about(text: Text, word: Word) -> dict[str, float]:
    """The words near a word, each with one over its distance."""
    before = [w.stem for w in text.content if w.end <= word.start][: -NEAR - 1 : -1]
    after = [w.stem for w in text.content if w.start >= word.end][:NEAR]
    found: dict[str, float] = {}
    for side in (before, after):
        for distance, stem in enumerate(side, 1):
            found[stem] = max(found.get(stem, 0.0), 1 / distance)
    return found


def _around(text: Text, offset: int) -> set[str]:
    """Stems of the content words near a place."""
    before = [w for w in text.content if w.end <= offset][-NEAR:]
    after = [w for w in text.content if w.start >= offset][: NEAR + 1]
    return {w.stem for w in (*before, *after)}


def substituted(statement: Text, said: Text) -> bool:
    """Whether a passage has another word in the place of one of the statement's words.

    `air cooling` against `liquid cooling`: a word that the passage lacks stands before a word
    that both have, and the passage has a different content word there.
    """
    words = {w.stem for w in statement.content}
    if len(words & said.stems) < CLOSE_MATCH * len(words):
        return False
    replaced = {
        second.stem
        for first, second in _pairs(said)
        if first.stem not in statement.stems and not first.has_digit
    }
    return any(
        first.stem not in said.stems and second.stem in replaced
        for first, second in _pairs(statement)
    )


def _pairs(text: Text) -> list[tuple[Word, Word]]:
    """Neighbouring words that both carry meaning."""
    pairs = zip(text.words, text.words[1:], strict=False)
    return [
        (a, b)
        for a, b in pairs
        if a.carries_meaning and b.carries_meaning and text.raw[a.end : b.start] in {" ", "-"}
    ]
