"""What a question asks for: its kind, the unit of the answer, the words that matter."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from wattrag.answering.extractive.text import Text, Word, tidy, years_in
from wattrag.answering.quantities.units import Unit, parse_unit
from wattrag.answering.records import BLANK


class Kind(StrEnum):
    """The form of an answer."""

    TRUTH = "truth"
    NUMBER = "number"
    RANGE = "range"
    CHOICE = "choice"
    LIST = "list"
    NAME = "name"


@dataclass(frozen=True)
class Target:
    """The unit asked for: one that can be converted, or else the words of what is counted."""

    text: str
    unit: Unit | None
    nouns: frozenset[str]
    scale: Decimal = Decimal(1)
    """1e6 where the unit column says `million liters`."""


@dataclass(frozen=True)
class Question:
    """A question, analysed."""

    text: Text
    kind: Kind
    target: Target | None
    """None where no unit is stated."""
    options: tuple[str, ...] = ()
    """The answers offered by the question itself."""
    count: int = 0
    """How many items a list is asked to have; 0 if the question does not say."""

    @cached_property
    def years(self) -> frozenset[str]:
        """Years that the question names."""
        return years_in(self.text.raw)

    @property
    def focus(self) -> tuple[Word, ...]:
        """The words that evidence should share; the unit is matched apart from them."""
        if self.target is None or self.target.unit is None:
            return self.text.content
        return tuple(w for w in self.text.content if parse_unit(w.raw) is None)

    @cached_property
    def names(self) -> frozenset[str]:
        """Stems of the focus words that look like names or codes; a first capital is none."""
        first = self.text.words[:1]
        return frozenset(
            w.stem for w in self.focus if w.is_name and (w not in first or w.has_digit)
        )

    def asking_for(self, target: Target | None) -> "Question":
        """The same question for one number in another unit."""
        return replace(self, target=target, kind=Kind.NUMBER)


_TRUTH = re.compile(r"^\W*(?:true\s*(?:or|/)\s*false|t\s*/\s*f)\b[\s:.,?-]*", re.IGNORECASE)
_YES_NO = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|can|could|will)\b", re.IGNORECASE
)
_QUANTITY = re.compile(
    r"\bhow (?:many|much|long|large|big|fast|far|high|often|old|tall|heavy)\b|\bby how\b"
    r"|\bwhat (?:\w+ )?(?:percent|percentage|fraction|share|proportion|factor|number|ratio)\b"
    r"|\bwhat (?:is|was|were|are) the (?:\w+ ){0,2}(?:percentage|number|ratio|total|average)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\bhow many ((?:[\w-]+ ){1,2}?)(?=[\w-]+)", re.IGNORECASE)
_IMPLIED = (
    (re.compile(r"\bpercent(?:age)?\b|\bwhat (?:share|proportion)\b", re.IGNORECASE), "percent"),
    (re.compile(r"\b(?:factor|how many times|ratio)\b", re.IGNORECASE), "multiplier"),
    (re.compile(r"\b(?:dollars?|USD|cost)\b"), "USD"),
)
_STATED = re.compile(r"\(?\bin (?P<unit>[\w$%/.²³ -]{1,30})\)?\s*\?\s*$", re.IGNORECASE)
_RANGE = re.compile(
    r"\brange\b|\bbetween (?:what|which)\b|\bfrom what\b.*\bto what\b|\blower and upper\b"
    r"|\bas (?:a|an) interval\b",
    re.IGNORECASE,
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_LIST = re.compile(
    rf"\b(?:which|what|name|list)(?: are| were| the| of| these| following)*"
    rf" (?P<count>{'|'.join(_COUNTS)})\b(?! of)|\blist (?:all|the)\b|\bas a list\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\bin (?:this|that|the same) order\b|\bhow many\b.*\bhow many\b|\brespectively\b",
    re.IGNORECASE,
)
_OPTIONS = re.compile(r"[:,]\s*(?P<list>[^:?]{3,300}?,? or [^,?:]{1,60})\?*\s*$", re.IGNORECASE)
_CHOOSES = re.compile(r"\b(?:which|what|who)\b", re.IGNORECASE)
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}


LONGEST = 4000
"""Characters of a question that are read."""


def analyse(question: str, unit: str) -> Question:
    """Analyse a question and the content of its unit column (may be empty or `is_blank`)."""
    asked = tidy(question[:LONGEST]).replace("\n", " ")
    truth = _TRUTH.match(asked)
    if truth:
        return Question(Text(asked[truth.end() :]), Kind.TRUTH, None)
    target = _target(unit)
    if target is not None:
        kind = Kind.LIST if _SEVERAL.search(asked) else _number_or_range(asked)
        return Question(Text(asked), kind, target)
    options = _options(asked)
    if len(options) > 1:
        return Question(Text(asked), Kind.CHOICE, None, options)
    if _QUANTITY.search(asked):
        return Question(Text(asked), _number_or_range(asked), _implied_target(asked))
    return _in_words(asked)


def _number_or_range(asked: str) -> Kind:
    return Kind.RANGE if _RANGE.search(asked) else Kind.NUMBER


def _in_words(asked: str) -> Question:
    listed = _LIST.search(asked)
    if listed:
        count = _COUNTS.get((listed["count"] or "").lower(), 0)
        return Question(Text(asked), Kind.LIST, None, count=count)
    return Question(Text(asked), Kind.TRUTH if _YES_NO.match(asked) else Kind.NAME, None)


def _target(unit: str) -> Target | None:
    unit = tidy(unit[:_LONGEST_UNIT]).replace("\n", " ").strip()
    if not unit or unit.lower() in {BLANK, "none", "n/a", "na", "-"}:
        return None
    scale = Decimal(1)
    first, _, rest = unit.partition(" ")
    if first.lower() in _SCALES and rest:
        scale, unit = Decimal(1).scaleb(_SCALES[first.lower()]), rest
    words = (w for w in Text(unit).words if not w.raw[0].isdigit())
    return Target(unit, parse_unit(unit), frozenset(w.stem for w in words), scale)


def _implied_target(question: str) -> Target | None:
    """The unit that the question's own words ask for, where its column says nothing."""
    stated = _STATED.search(question)
    if stated and parse_unit(stated["unit"]) is not None:
        return _target(stated["unit"])
    for pattern, unit in _IMPLIED:
        if pattern.search(question):
            return _target(unit)
    counted = _COUNTED.search(question)
    return _target(counted[1]) if counted else None


def _options(question: str) -> tuple[str, ...]:
    match = _OPTIONS.search(question)
    if match is None or not _CHOOSES.search(question):
        return ()
    parts = re.split(r",\s*(?:or\s+)?|\s+or\s+", match["list"])
    options = tuple(part.strip(" .?\"'") for part in parts)
    return options if all(0 < len(o) <= _LONGEST_OPTION for o in options) else ()


_LONGEST_OPTION, _LONGEST_UNIT = 60, 200
