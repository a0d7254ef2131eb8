"""What a calculation is made from: the question and all that is shown of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattrag.answering.extractive.candidates import Candidate
from wattrag.answering.extractive.closeness import (
    NEIGHBOUR,
    Weights,
    coverage,
    shares,
    weighted,
)
from wattrag.answering.extractive.passages import Passage, Passages
from wattrag.answering.extractive.question import Question


@dataclass(frozen=True)
class Reading:
    """A question over the evidence of one attempt."""

    question: Question
    offered: list[Candidate]
    """Quantities in the unit that the question asks for."""
    evidence: Passages
    weights: Weights
    """Of the question's words."""

    def covered_by(self, passages: Sequence[Passage]) -> float:
        """Share of the question's weight that passages name together, 0 to 1."""
        return weighted(self._shares(passages), self.weights)

    def names_in(self, passages: Sequence[Passage]) -> frozenset[str]:
        """The names of the question that passages, or their neighbours, name."""
        found = self._shares(passages)
        return frozenset(s for s in self.question.names if found.get(s, 0.0) >= NEIGHBOUR)

    def named_share(self, passage: Passage, stems: frozenset[str]) -> float:
        """Share of the weight of some of the question's stems that a passage names, 0 to 1."""
        own = {stem: weight for stem, weight in self.weights.items() if stem in stems}
        return coverage(own, passage, self._spoken_of(passage))

    def _shares(self, passages: Sequence[Passage]) -> Weights:
        each = [shares(self.weights, p, self._spoken_of(p)) for p in passages]
        return {stem: max(found[stem] for found in each) for stem in self.weights}

    def _spoken_of(self, passage: Passage) -> frozenset[str]:
        return self.evidence.spoken_of[passage.document_id]
