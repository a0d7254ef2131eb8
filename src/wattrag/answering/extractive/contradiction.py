"""Signs that a passage says the opposite of a statement: negation, direction, substitution."""

import re

from wattrag.answering.extractive.text import STOPWORDS, Text, Word

_NEGATION = re.compile(
    r"\b(?:not(?! (?:just|only|merely|necessarily|limited))|no|never|neither|nor|none|cannot|without"
    r"|lack(?:s|ed|ing)?|fail(?:s|ed)? to|unable|rarely|hardly|barely|instead of|rather than"
    r"|leaves? out|exclud(?:es|ed|ing)|absen(?:t|ce)|ignor(?:es?|ed|ing)|insufficient|unlikely"
    r"|non)\b|n['’]t\b",
    re.IGNORECASE,
)
_UP = frozenset(
    "increase increases increased increasing rise rises rising risen rose grow grows grew growing "
    "growth higher more larger greater improve improves improved improving improvement gain gains "
    "exceed exceeds exceeded outperform outperforms outperformed surpass surpasses faster above "
    "better highest most largest maximum".split()
)
_DOWN = frozenset(
    "decrease decreases decreased decreasing fall falls fell falling fallen reduce reduces reduced "
    "reducing reduction decline declines declined declining drop drops dropped lower less fewer "
    "smaller worse worsen worsens degrade degrades degraded underperform underperforms "
    "underperformed slower below shrink shrinks diminish diminishes lowest least smallest "
    "minimum".split()
)
NEAR = 4
"""Words around a negation or a direction word to which it is taken to belong."""


def negated(statement: Text, said: Text) -> bool:
    """Whether one denies and the other does not, by a negation close to what they share."""
    shared = {w.stem for w in statement.content} & said.stems
    return _denies(statement, shared) != _denies(said, shared)


def _denies(text: Text, shared: set[str]) -> bool:
    return any(_around(text, m.start()) & shared for m in _NEGATION.finditer(text.raw))


def opposed(statement: Text, said: Text) -> int:
    """How often both say that the same thing goes in different directions, less how often in one.

    A direction word (higher, falls) belongs to the words around it; two of them are compared if
    they share at least one.
    """
    balance = 0
    for way, about in _directions(statement):
        for other_way, other_about in _directions(said):
            overlap = len(about & other_about)
            balance += overlap if way != other_way else -overlap
    return balance


def _directions(text: Text) -> list[tuple[bool, set[str]]]:
    return [
        (word.raw.lower() in _UP, _around(text, word.start) - {word.stem})
        for word in text.words
        if word.raw.lower() in _UP or word.raw.lower() in _DOWN
    ]


def _around(text: Text, offset: int) -> set[str]:
    """Stems of the content words near a place."""
    before = [w for w in text.content if w.end <= offset][-NEAR:]
    after = [w for w in text.content if w.start >= offset][: NEAR + 1]
    return {w.stem for w in (*before, *after)}


def substituted(statement: Text, said: Text, known: frozenset[str]) -> bool:
    """Whether the passage has another word in the place of one of the statement's words.

    `air cooling` against `liquid cooling`: a word that the evidence lacks stands before a word
    that both have, and the passage has a different content word there.

    Args:
        statement: the statement.
        said: the passage.
        known: stems of the passage and its surroundings, where the word is not missing.
    """
    own = statement.stems
    replaced = {
        second.stem: first.stem
        for first, second in _pairs(said)
        if first.stem not in own and not first.has_digit
    }
    return any(
        first.stem not in known and second.stem in replaced for first, second in _pairs(statement)
    )


def _pairs(text: Text) -> list[tuple[Word, Word]]:
    """Neighbouring words that both carry meaning."""
    pairs = zip(text.words, text.words[1:], strict=False)
    return [
        (a, b)
        for a, b in pairs
        if a.raw.lower() not in STOPWORDS
        and b.raw.lower() not in STOPWORDS
        and text.raw[a.end : b.start] in {" ", "-"}
    ]
