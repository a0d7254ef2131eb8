"""The sides of a calculation: what each operand is of, and what tells one from another."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattrag.answering.extractive.arithmetic.measures import FRAME
from wattrag.answering.extractive.arithmetic.reading import Reading
from wattrag.answering.extractive.closeness import DOCUMENT, Weights
from wattrag.answering.extractive.passages import Passage
from wattrag.answering.extractive.text import YEAR, Text

OWN_WEIGHT = 2.0
"""The words of one side tell its quantity from the others', so they count twice."""
NAMED = 0.5
"""Least share of a side's own words that a passage names: else it is of something else."""


@dataclass(frozen=True)
class Side:
    """One side: its text, the stems that only it has, and those that only others have."""

    text: Text
    own: frozenset[str]
    others: frozenset[str]

    def weighted(self, weights: Weights) -> Weights:
        """Weights for this side: its own words count more, those of another side not at all."""
        return {
            stem: weight * (OWN_WEIGHT if stem in self.own else 1.0)
            for stem, weight in weights.items()
            if stem not in self.others
        }

    def is_named_by(self, passage: Passage, reading: Reading) -> bool:
        """Whether a passage speaks of this side; of a year, its document does."""
        least = DOCUMENT if all(map(YEAR.fullmatch, self.own)) else NAMED
        return reading.named_share(passage, self.own) >= least


def distinguished(texts: Sequence[Text], weights: Weights) -> tuple[Side, ...] | None:
    """The sides with what tells them apart; None if some side has no words of its own."""
    stems = [frozenset(word.stem for word in text.content) - FRAME for text in texts]
    owns = [
        (mine - frozenset().union(*stems[:i], *stems[i + 1 :])) & weights.keys()
        for i, mine in enumerate(stems)
    ]
    if not texts or not all(owns):
        return None
    every = frozenset().union(*owns)
    return tuple(Side(text, own, every - own) for text, own in zip(texts, owns, strict=True))
