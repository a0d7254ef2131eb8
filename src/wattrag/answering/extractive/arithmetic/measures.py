"""What the operands of a ratio measure: the answer's unit does not say."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from wattrag.answering.extractive.fit import in_column_unit
from wattrag.answering.extractive.passages import Passages
from wattrag.answering.extractive.question import Question, Target
from wattrag.answering.extractive.text import Text, stem
from wattrag.answering.extractive.vocabulary import DOWN, MEASURED, MEASURING, UP
from wattrag.answering.quantities.quantities import quantities
from wattrag.answering.quantities.units import Unit

_DIMENSIONS = {stem(word): frozenset(names) for word, names in MEASURED.items()}
FRAME = frozenset(
    stem(word) for word in (*MEASURING, *UP, *DOWN, *MEASURED, "average")
) - frozenset(stem(word) for word in ("maximum", "minimum"))
"""Stems that a question has for what is measured; they do not tell one side from the other."""

_TIMES = re.compile(r"\bhow many times\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"\bhow many times (?:as many|more|fewer) (?P<what>[\w-]+(?: [\w-]+){0,2}?)"
    r" (?:is|are|was|were|does|do|did|has|have|had|can)\b"
    r"|\bnumber of (?:the )?(?P<of>[\w-]+)",
    re.IGNORECASE,
)
_CARBON = frozenset({stem("CO2"), stem("emissions")})
MOST_UNITS = 8
"""Units of the evidence that are tried, the most frequent first."""


def targets(question: Question, evidence: Passages) -> Iterator[Target]:
    """The units in which the operands may be given, as if the question asked for them.

    They are units of the evidence that measure what the question names (energy, cost), the most
    frequent first; if it names nothing that is measured, what it counts, else there are none.
    """
    wanted = dimensions(question)
    counted = _COUNTED.search(question.text.raw)
    if not wanted and counted is not None:
        what = counted["what"] or counted["of"]
        yield Target(what, None, frozenset(word.stem for word in Text(what).words))
        return
    text = "CO2" if question.text.stems & _CARBON else ""
    units = (unit for unit, _ in _units(evidence).most_common() if unit.dimension in wanted)
    yield from (Target(text, unit, frozenset()) for unit in islice(units, MOST_UNITS))


def measured(question: Question) -> frozenset[str]:
    """The stems of the question that say what is measured."""
    asked = Text(_TIMES.sub("", question.text.raw))
    return frozenset(word.stem for word in asked.words if word.stem in _DIMENSIONS)


def dimensions(question: Question) -> frozenset[str]:
    """The dimensions of what the question says is measured; none where it does not say."""
    return frozenset().union(*(_DIMENSIONS[stem] for stem in measured(question)))


def _units(evidence: Passages) -> Counter[Unit]:
    found = (
        in_column_unit(quantity, passage).unit
        for passage in evidence.items
        for quantity in quantities(passage.text.raw)
    )
    return Counter(unit for unit in found if unit is not None)
