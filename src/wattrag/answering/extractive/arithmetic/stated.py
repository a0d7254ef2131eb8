"""Results that the evidence states itself: they are quoted, not computed."""

from collections.abc import Sequence

from wattrag.answering.extractive.arithmetic.measures import measured
from wattrag.answering.extractive.arithmetic.operations import Operation
from wattrag.answering.extractive.arithmetic.phrases import Form, form
from wattrag.answering.extractive.arithmetic.reading import Reading
from wattrag.answering.extractive.arithmetic.sides import Side
from wattrag.answering.extractive.candidates import Candidate
from wattrag.answering.extractive.choose import choose
from wattrag.answering.extractive.passages import Passage

STATED = 0.9
"""Coverage that a stated result needs, relative to that of all operands' passages together."""
CUE_REACH = 3
"""Words between a quantity and the word that says that it is a total, a difference."""


def results(reading: Reading, operation: Operation, sides: tuple[Side, ...]) -> list[Candidate]:
    """The quantities that state the result, in passages that name every side and the measure."""
    measures = measured(reading.question)
    return [
        candidate
        for candidate in reading.offered
        if _is_result(operation, form(reading.question.target), candidate)
        and (not measures or measures & candidate.passage.text.stems)
        and all(side.is_named_by(candidate.passage, reading) for side in sides)
    ]


def states(
    reading: Reading, operation: Operation, sides: tuple[Side, ...], operands: Sequence[Passage]
) -> bool:
    """Whether a passage states the result that is as much about the question as the operands are.

    It names whatever they name by a name: what is said of all models is not said of one.
    """
    found = results(reading, operation, sides)
    best = choose(reading.question, found, reading.evidence, reading.weights)
    if best is None or best.coverage < STATED * reading.covered_by(operands):
        return False
    return reading.names_in(operands) <= reading.names_in([best.candidate.passage])


def _is_result(operation: Operation, wanted: Form, candidate: Candidate) -> bool:
    """A percentage or a multiplier; else a quantity that is called the result: `in total`."""
    quantity, passage = candidate.quantity, candidate.passage
    if operation.is_relative:
        return quantity.unit is not None and quantity.unit.dimension == wanted
    words = passage.text.words
    before = [w.stem for w in words if w.end <= quantity.start][-CUE_REACH:]
    after = [w.stem for w in words if w.start >= quantity.end][:CUE_REACH]
    return not operation.cues.isdisjoint({*before, *after})
