"""How much a score varies from run to run of one experiment."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev


@dataclass(frozen=True)
class Spread:
    """Several runs' values of one score.

    Attributes:
        sd: sample standard deviation, with n - 1; None for fewer than two runs.
        n: how many runs have the score; where none has, all else is None.
    """

    mean: float | None
    sd: float | None
    low: float | None
    high: float | None
    n: int


def spread(values: Sequence[float | None]) -> Spread:
    """Mean, standard deviation and extremes of the values that are known.

    It tells how much of a difference between two experiments may come from sampling replies
    alone. It is no interval of the score: the questions are the same in every run, so it says
    nothing about other questions.

    Source: Dodge et al. (2019), Show Your Work: Improved Reporting of Experimental Results,
    EMNLP, who ask for it beside the best run; `statistics.stdev`.
    """
    known = [value for value in values if value is not None]
    if not known:
        return Spread(None, None, None, None, 0)
    sd = stdev(known) if len(known) > 1 else None
    return Spread(fmean(known), sd, min(known), max(known), len(known))
