"""Where an English word may be broken at a line end.

A list of the corpus's frequent words (`words.txt`), and for all others a few safe rules: common
prefixes and suffixes, and between two consonants that stand between vowels. That misses breaks a
pattern dictionary would find, and is enough for narrow columns without another dependency.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_VOWELS = "aeiouy"
_SUFFIXES = re.compile(r"(tion|sion|ment|ness|ture|ship|tive|sive|ful|less|ance|ence)(s|al|ally)?$")
_PARTICIPLE = re.compile(r"(?<=[aeiou][bcdfghkmnprstvwz])(ings?|able|ible)$")
_PREFIXES = re.compile(r"^(inter|trans|under|over|super|infra|multi|micro)(?=[^aeiouy])")
_CLUSTER = re.compile(r"^([bcdfgkpt][lr]|tw|[cpst]h|ph|wh|qu|s[pt]r?|gh|sc|sk)")
_ENDING = re.compile(r"[^aeiouy]+(e[sd]?|ing|e?ly|ers?|e(ment|ness|ful|less)s?)")
_INSEPARABLE = {"ck", "ng", "tw", "th", "ch", "sh", "ph", "gh", "wh", "ll", "ss", "ff"}
_SHORTEST, _BEFORE, _AFTER = 6, 2, 3


def break_points(word: str) -> list[int]:
    """Positions inside `word` at which a hyphen may be put, in rising order."""
    if len(word) < _SHORTEST or not word.isalpha() or not word.isascii() or word.isupper():
        return []
    lower = word.lower()
    if known := _known_words().get(lower):
        return known
    points = {i for i in range(_BEFORE, len(word) - _AFTER + 1) if _splits(lower, i)}
    if prefix := _PREFIXES.match(lower):
        points.add(prefix.end())
    if suffix := _SUFFIXES.search(lower) or _PARTICIPLE.search(lower):
        points.add(suffix.start())
    return sorted(i for i in points if _BEFORE <= i <= len(word) - _AFTER)


@cache
def _known_words() -> dict[str, list[int]]:
    words = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()
    return {word.replace("-", ""): _allowed(word.split("-")) for word in words}


def _allowed(syllables: list[str]) -> list[int]:
    """Breaks between syllables that leave enough letters on either line."""
    length = len("".join(syllables))
    points = [len("".join(syllables[:i])) for i in range(1, len(syllables))]
    return [i for i in points if _BEFORE <= i <= length - _AFTER]


def _splits(word: str, i: int) -> bool:
    """Whether a syllable ends before letter `i`, going by the consonants around it."""
    head, tail = word[:i], word[i:]
    if head[-1] in _VOWELS or tail[0] in _VOWELS or word[i - 1 : i + 1] in _INSEPARABLE:
        return False
    onset = re.match(r"[^aeiouy]+", tail)
    coda = re.search(r"[^aeiouy]+$", head)
    if onset is None or coda is None or coda.start() == 0 or onset.end() == len(tail):
        return False
    if _ENDING.fullmatch(tail) or _CLUSTER.match(word[i - 1 : i + 1]):
        return False
    return len(coda[0]) == 1 and (len(onset[0]) == 1 or bool(_CLUSTER.fullmatch(onset[0])))
