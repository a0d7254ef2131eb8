"""A calculation: how it is written, its result, where its operands stand."""

from dataclasses import dataclass, replace
from decimal import Decimal

from wattrag.answering.extractive.passages import Passage
from wattrag.answering.quantities.quantities import rounded, significant_digits

EXACT_DIGITS, KEPT_DIGITS, ESTIMATE_DIGITS = 10, 5, 3
"""A result of more than `EXACT_DIGITS` digits, as most quotients are, is rounded to `KEPT_DIGITS`;
that is 0.005 % off at most, the scores tolerate 0.1 %. An estimate is given as people give one."""


@dataclass(frozen=True)
class Calculation:
    """What was computed from quantities of the evidence."""

    text: str
    """Without its result: `48.66 / 5.58`."""
    result: Decimal
    passages: tuple[Passage, ...]
    """Of the operands, in their order; each passage once."""
    coverage: float
    """The least of the operands' passages."""
    fit: float = 1.0
    """The least of the operands' units, see `Candidate.fit`."""

    def rounded(self, *, is_estimate: bool) -> "Calculation":
        """The same with as many digits as it needs."""
        if is_estimate:
            return replace(self, result=rounded(self.result, ESTIMATE_DIGITS))
        if significant_digits(self.result) > EXACT_DIGITS:
            return replace(self, result=rounded(self.result, KEPT_DIGITS))
        return self
