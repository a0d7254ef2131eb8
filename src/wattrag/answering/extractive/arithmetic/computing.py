"""From a question to its calculation, unless the evidence states the result."""

import re
from collections.abc import Iterator
from decimal import Decimal

from wattrag.answering.extractive.arithmetic.calculation import Calculation
from wattrag.answering.extractive.arithmetic.device_time import device_time
from wattrag.answering.extractive.arithmetic.measures import targets
from wattrag.answering.extractive.arithmetic.operands import Operands, operands
from wattrag.answering.extractive.arithmetic.operations import Operation
from wattrag.answering.extractive.arithmetic.phrases import Form, asked, form
from wattrag.answering.extractive.arithmetic.reading import Reading
from wattrag.answering.extractive.arithmetic.sides import Side, distinguished
from wattrag.answering.extractive.arithmetic.stated import results, states
from wattrag.answering.extractive.arithmetic.transitions import transitions
from wattrag.answering.extractive.candidates import Candidate, candidates

_ESTIMATE = re.compile(r"\b(?:estimate|roughly|approximately|about how)\b", re.IGNORECASE)
_PER_CENT = Decimal(100)


def compute(reading: Reading) -> Calculation | None:
    """The calculation that the question asks for and the evidence has the operands of.

    None if it asks for none, if the evidence lacks an operand, or if it states the result.
    """
    found = _asked_calculation(reading) or device_time(reading)
    if found is None:
        return None
    return found.rounded(is_estimate=_ESTIMATE.search(reading.question.text.raw) is not None)


def quotable(reading: Reading) -> list[Candidate]:
    """The quantities that may be the answer without a calculation.

    Where two things are compared, one of them alone answers nothing, nor does what is said of a
    third: a quotation has to state the result and name both.
    """
    for ask in asked(reading.question):
        sides = distinguished(ask.sides, reading.weights)
        if sides is not None and ask.operation.is_comparison:
            return results(reading, ask.operation, sides)
    return reading.offered


def _asked_calculation(reading: Reading) -> Calculation | None:
    """The first calculation that the evidence allows, of the most specific phrase first."""
    for ask in asked(reading.question):
        sides = distinguished(ask.sides, reading.weights) or ()
        found = _between(reading, ask.operation, sides) or _told(reading, ask.operation, sides)
        if found is not None:
            stated = states(reading, ask.operation, sides, found.passages)
            return None if stated else found
    return None


def _between(reading: Reading, operation: Operation, sides: tuple[Side, ...]) -> Calculation | None:
    """The calculation with the operands that fit the sides best."""
    made = [
        (found.score, calculation)
        for found in (_operands(reading, operation, sides) if sides else ())
        if (calculation := _with(reading, operation, found)) is not None
    ]
    return max(made, key=lambda pair: pair[0])[1] if made else None


def _told(reading: Reading, operation: Operation, sides: tuple[Side, ...]) -> Calculation | None:
    """The relative change that one place tells: the closest that goes the way that is asked for."""
    if not operation.is_change:
        return None
    made = [
        (change.score, Calculation(*result, change.passages, reading.covered_by(change.passages)))
        for change in transitions(reading)
        if all(side.is_named_by(passage, reading) for side in sides for passage in change.passages)
        and (result := _result(reading, operation, (change.new.low, change.old.low)))
    ]
    return max(made, key=lambda pair: pair[0])[1] if made else None


def _operands(
    reading: Reading, operation: Operation, sides: tuple[Side, ...]
) -> Iterator[Operands]:
    """Operands in the unit asked for or, for quotients, in each unit that they may have."""
    if not operation.is_relative and reading.question.target is not None:
        offers: Iterator[list[Candidate]] = iter([reading.offered])
    else:
        offers = (
            list(candidates(reading.question.asking_for(target), reading.evidence))
            for target in targets(reading.question, reading.evidence)
        )
    for offered in offers:
        found = operands(reading, sides, offered)
        if found is not None:
            yield found


def _with(reading: Reading, operation: Operation, found: Operands) -> Calculation | None:
    """The calculation with these operands; None if they have no result."""
    chosen = found.chosen
    made = _result(reading, operation, tuple(c.candidate.quantity.low for c in chosen))
    if made is None:
        return None
    passages = {id(c.candidate.passage): c.candidate.passage for c in chosen}
    return Calculation(
        *made,
        tuple(passages.values()),
        min(c.coverage for c in chosen),
        min(c.candidate.fit for c in chosen),
    )


def _result(
    reading: Reading, operation: Operation, values: tuple[Decimal, ...]
) -> tuple[str, Decimal] | None:
    """The calculation as it is written, and its result."""
    result = operation.result(values)
    if result is None:
        return None
    wants_percent = operation.is_relative and form(reading.question.target) is Form.PERCENT
    factor = _PER_CENT if wants_percent else Decimal(1)
    return operation.written(values, factor), result * factor
