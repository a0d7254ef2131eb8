"""How questions ask for a calculation: a table of phrases, each with its operation and sides."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from wattrag.answering.extractive.arithmetic.operations import (
    AVERAGE,
    CHANGE,
    DIFFERENCE,
    FRACTION,
    LESS,
    MORE,
    MULTIPLE,
    RATIO,
    SUM,
    Operation,
)
from wattrag.answering.extractive.question import Kind, Question, Target
from wattrag.answering.extractive.text import Text, stem, tidy
from wattrag.answering.extractive.vocabulary import DOWN, UP


class Form(StrEnum):
    """What the unit column asks for, as far as it decides between operations."""

    PERCENT = "percent"
    MULTIPLIER = "multiplier"
    TIME = "time"
    QUANTITY = "quantity"


@dataclass(frozen=True)
class Asked:
    """A calculation that a question asks for."""

    operation: Operation
    sides: tuple[Text, ...]
    """What each operand is of, in the operation's order; none where the question names no two
    things but the change of one."""


def form(target: Target | None) -> Form:
    """The form of the answer."""
    if target is None:
        return Form.QUANTITY
    if target.unit is None:
        return Form.MULTIPLIER if target.nouns <= _NUMBERS else Form.QUANTITY
    if target.unit.per is not None:
        return Form.QUANTITY
    try:
        return Form(target.unit.dimension)
    except ValueError:
        return Form.QUANTITY


_NUMBERS = frozenset(stem(word) for word in ("fraction", "ratio", "proportion", "times", "fold"))


def asked(question: Question) -> Iterator[Asked]:
    """The calculations that the question may ask for, the most specific phrase first."""
    if question.kind is not Kind.NUMBER:
        return
    wanted = form(question.target)
    for forms, operation, phrase in _PHRASES:
        match = phrase.search(question.text.raw) if wanted in forms else None
        if match is not None:
            yield Asked(operation, _sides(match.groupdict()))


def _sides(groups: dict[str, str | None]) -> tuple[Text, ...]:
    listed = groups.get("list")
    parts = _ITEMS.split(listed.strip(" ?.")) if listed else [groups.get("a"), groups.get("b")]
    sides = tuple(Text(tidy(part)) for part in parts if part)
    return sides if 1 < len(sides) <= MOST_SIDES else ()


MOST_SIDES = 5
_ITEMS = re.compile(r",? and |, ")
_A, _B = r"(?P<a>.{1,200}?)", r"(?P<b>.{1,200})"
_LIST = r"(?P<list>.{1,120}? and .{1,120}?)"
_TIMES = r"\b(?:how many times|(?:what|which) (?:factor|multiple))\b"
_SHARE = r"\b(?:what|which) (?:percent|percentage|fraction|share|proportion|portion) of"
_IS = r"(?:is|are|was|were|does|do|did|can|comes? from|came from|goes? (?:in)?to|went (?:in)?to)\b"
_ASKS = r"\b(?:percent(?:age)?|how (?:much|many))\b"
_AGAINST = r"(?:than|compared (?:to|with)|relative to|versus)"
_CHANGES = "change|changes|changed|differ|differs|differed"


def _any(words: frozenset[str]) -> str:
    return "|".join(sorted(words))


def _changes(way: str, other: str) -> tuple[str, ...]:
    """The phrases of a relative change one way; no word of the other way leads up to it."""
    led = rf"(?:(?!\b(?:{other})\b).){{0,120}}?"
    return (
        rf"{_ASKS}(?P<a>{led}\b(?:{way})\b{led}) {_AGAINST} {_B}",
        rf"{_ASKS}(?P<a>{led}) (?:exceed(?:s|ed)?) {_B}" if way == _UP else r"(?!)",
        rf"\b(?:{way})\b.{{0,100}}? from (?P<b>.{{1,100}}?) to (?P<a>.+)",
        rf"\b(?:{way})\b.{{0,100}}? between (?P<b>.{{1,100}}?) and (?P<a>.+)",
        rf"^from (?P<b>.{{1,60}}?) to (?P<a>[^,]{{1,60}}),.*\b(?:{way})\b",
        rf"^between (?P<b>.{{1,60}}?) and (?P<a>[^,]{{1,60}}),.*\b(?:{way})\b",
        rf"{_ASKS}{led}\b(?:{way})\b",
    )


_UP, _DOWN = _any(UP), _any(DOWN)
_SHARES = frozenset({Form.PERCENT, Form.MULTIPLIER})
_PERCENT = frozenset({Form.PERCENT})
_AMOUNT = frozenset({Form.QUANTITY, Form.TIME})

_TABLE: tuple[tuple[frozenset[Form], Operation, tuple[str, ...]], ...] = (
    (
        frozenset({Form.MULTIPLIER}),
        MULTIPLE,
        (
            rf"{_TIMES} as \w+{_A} as {_B}",
            rf"{_TIMES}{_A} (?:{_AGAINST}|exceed(?:s|ed)?) {_B}",
            rf"{_TIMES} (?:the|that of) (?P<b>.{{1,200}}?) {_IS}(?P<a>.+)",
        ),
    ),
    (_SHARES, RATIO, (rf"\bratio (?:of|between) {_A} (?:to|over|and) {_B}",)),
    (_SHARES, FRACTION, (rf"{_SHARE} (?P<b>.{{1,200}}?) {_IS}(?P<a>.+)",)),
    (
        _AMOUNT | _PERCENT,
        DIFFERENCE,
        (rf"\bdifference (?:in .{{3,60}} )?between {_A} and {_B}",),
    ),
    (_PERCENT, MORE, _changes(_UP, _DOWN)),
    (_PERCENT, LESS, _changes(_DOWN, _UP)),
    (_PERCENT, CHANGE, _changes(_CHANGES, f"{_UP}|{_DOWN}")),
    (
        _AMOUNT,
        DIFFERENCE,
        (
            rf"\bhow (?:many|much) (?:more|fewer|less)\b{_A} than {_B}",
            rf"\bby how (?:much|many)\b{_A} (?:exceed\w*|than) {_B}",
            rf"\b(?:growth|increase|grow|change|decrease)\b.* from {_A} to {_B}",
        ),
    ),
    (
        _AMOUNT | _PERCENT,
        SUM,
        (
            rf"\b(?:combined|sum|total)\b.{{0,80}}? (?:of|for|by) {_LIST}(?: in [^,]{{1,40}})?\W*$",
            rf"\b(?:do|does|did|of|for|by|are|were) {_LIST} (?:together|combined|in total)\b",
        ),
    ),
    (
        _AMOUNT | _PERCENT,
        AVERAGE,
        (rf"\b(?:average|mean)\b.{{0,80}}? (?:of|for|over|across|between) {_LIST}\W*$",),
    ),
)
_PHRASES = tuple(
    (forms, operation, re.compile(phrase, re.IGNORECASE))
    for forms, operation, phrases in _TABLE
    for phrase in phrases
)
