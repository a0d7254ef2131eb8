"""Quantities in the evidence that could be the answer."""

from collections.abc import Iterator
from dataclasses import dataclass

from wattrag.answering.extractive.fit import fitted
from wattrag.answering.extractive.passages import Passage, Passages
from wattrag.answering.extractive.question import Question
from wattrag.answering.extractive.references import only_points
from wattrag.answering.quantities.quantities import Quantity, quantities


@dataclass(frozen=True)
class Candidate:
    """A quantity in a passage; `quantity` is converted to the unit asked for."""

    quantity: Quantity
    passage: Passage
    fit: float
    """How well its unit fits the one asked for, 0 to 1."""


def candidates(question: Question, evidence: Passages) -> Iterator[Candidate]:
    """Every quantity of the evidence that is not a label, citation, year or of the question."""
    asked = {value for q in quantities(question.text.raw) for value in (q.low, q.high)}
    for passage in evidence.items:
        for quantity in quantities(passage.text.raw):
            if quantity.high is None and quantity.low in asked:
                continue
            if only_points(quantity, passage, question.target):
                continue
            found = fitted(quantity, passage, question.target)
            if found is not None:
                yield Candidate(found[0], passage, found[1])
