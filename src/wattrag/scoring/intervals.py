"""95 % intervals: Wilson for shares, percentile bootstrap over questions for the rest."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from wattrag.scoring.resampling import Array

ALPHA = 0.05
RESAMPLES = 2000
_Z = NormalDist().inv_cdf(1 - ALPHA / 2)
_DIGITS = 10  # the order in which a processor adds shows in later ones


@dataclass(frozen=True)
class Estimate:
    """A score with its 95 % interval over `n` questions; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def as_dict(self) -> dict[str, Any]:
        """The estimate as JSON has it."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


UNDEFINED = Estimate(None, None, None, 0)


def share(successes: int, n: int) -> Estimate:
    """A share with Wilson's score interval, which holds for few questions and extreme shares.

    Source: Wilson (1927), JASA 22:209-212. Not taken from statsmodels, whose import would take
    longer than all else when an experiment is scored; it gives the same numbers.
    """
    if n == 0:
        return UNDEFINED
    centre, half = successes + _Z**2 / 2, _Z * sqrt(successes * (n - successes) / n + _Z**2 / 4)
    low, high = (max(0.0, min(1.0, (centre + side) / (n + _Z**2))) for side in (-half, half))
    return Estimate(successes / n, round(low, _DIGITS), round(high, _DIGITS), n)


def percentile_interval(statistics: Array) -> tuple[float, float]:
    """The central 95 % of a statistic's bootstrap values, shape (resamples,).

    Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    return percentile_intervals(statistics[None])[0]


def percentile_intervals(statistics: Array) -> list[tuple[float, float]]:
    """The same of several statistics, shape (statistics, resamples)."""
    bounds = np.percentile(statistics, [100 * ALPHA / 2, 100 * (1 - ALPHA / 2)], axis=1)
    return [(round(low, _DIGITS), round(high, _DIGITS)) for low, high in bounds.T.tolist()]
