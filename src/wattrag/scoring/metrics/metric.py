"""A metric of texts, applied to a question."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wattrag.scoring.blank import is_blank
from wattrag.scoring.metrics.accepted import accepted
from wattrag.scoring.metrics.text import words


@dataclass(frozen=True)
class TextMetric:
    """How close an answer is to an accepted one.

    Attributes:
        compare: (accepted words, submitted words) -> 0 to 1.
        graded: whether there is anything between 0 and 1.
    """

    compare: Callable[[Sequence[str], Sequence[str]], float]
    graded: bool

    def __call__(self, gold: str, predicted: str) -> float:
        """The best over the accepted answers, 0 to 1.

        An unanswerable question is answered rightly by a blank, and only so; an answerable one
        never. Source: SQuAD 2.0, Rajpurkar et al. (2018), ACL.
        """
        answers, abstains = accepted(gold), is_blank(predicted)
        if abstains or not answers:
            return float(abstains and not answers)
        submitted = words(predicted)
        return max(self.compare(words(answer), submitted) for answer in answers)
