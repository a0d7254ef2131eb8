"""95 % intervals: Wilson for shares, percentile bootstrap over questions for the rest."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from wattrag.scoring.resampling import Array

ALPHA = 0.05
RESAMPLES = 2000
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


@lru_cache(maxsize=10_000)  # experiments on one datafile have the same few counts
def share(successes: int, n: int) -> Estimate:
    """A share with Wilson's score interval, which holds for few questions and extreme shares.

    Source: Wilson (1927), JASA 22:209-212; `statsmodels.stats.proportion.proportion_confint`.
    """
    from statsmodels.stats.proportion import proportion_confint

    if n == 0:
        return UNDEFINED
    low, high = proportion_confint(successes, n, alpha=ALPHA, method="wilson")
    return Estimate(successes / n, round(float(low), _DIGITS), round(float(high), _DIGITS), n)


def percentile_interval(statistics: Array) -> tuple[float, float]:
    """The central 95 % of a statistic's bootstrap values, shape (resamples,).

    Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    low, high = np.percentile(statistics, [100 * ALPHA / 2, 100 * (1 - ALPHA / 2)])
    return round(float(low), _DIGITS), round(float(high), _DIGITS)
