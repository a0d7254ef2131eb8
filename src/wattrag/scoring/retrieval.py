"""Retrieval metrics over questions: means with intervals, and paired tests between retrievers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wattrag.errors import InputError
from wattrag.retrieval.metrics import QuestionMetrics
from wattrag.scoring.comparison import RESAMPLES, mcnemar
from wattrag.scoring.intervals import RESAMPLES as INTERVAL_RESAMPLES
from wattrag.scoring.intervals import UNDEFINED, Estimate, percentile_interval, share
from wattrag.scoring.resampling import Array, bootstrap_sums, sign_flip_sums

METRICS = tuple(
    name for name in QuestionMetrics.model_fields if name not in {"id", "found_by_attempt"}
)
_GRADED = ("reciprocal_rank", "ndcg_at_10")
"""Metrics between 0 and 1; the others are yes or no."""
_DIGITS = 10


@dataclass(frozen=True)
class Difference:
    """A metric of the first retriever minus that of the second, on the same questions."""

    value: float
    low: float
    high: float
    """95 % interval, paired bootstrap over questions."""
    p_value: float
    """Two-sided: exact McNemar test for yes-or-no metrics, else a paired randomisation test."""
    n: int


def estimates(judged: Sequence[QuestionMetrics]) -> dict[str, Estimate]:
    """The mean of every metric over the questions that can be judged, with its 95 % interval.

    Wilson's interval for shares, a bootstrap over questions for reciprocal rank and nDCG.
    """
    return {metric: _estimate(judged, metric) for metric in METRICS}


def difference(
    first: Sequence[QuestionMetrics], second: Sequence[QuestionMetrics], metric: str
) -> Difference | None:
    """Compare two retrievers by one metric; None if no question can be judged by it.

    Raises:
        InputError: the retrievers were asked different questions.
    """
    if [one.id for one in first] != [other.id for other in second]:
        problem = "the retrievers were asked different questions"
        raise InputError("comparison", problem, "compare them on one question file")
    a, b = _values(first, metric), _values(second, metric)
    known = ~(np.isnan(a) | np.isnan(b))
    differences = (a - b)[known]
    if not len(differences):
        return None
    drawn = bootstrap_sums(differences[:, None], RESAMPLES)[:, 0] / len(differences)
    low, high = percentile_interval(drawn)
    value = float(differences.mean())
    return Difference(value, low, high, _p_value(differences, metric), len(differences))


def _estimate(judged: Sequence[QuestionMetrics], metric: str) -> Estimate:
    values = _values(judged, metric)
    known = values[~np.isnan(values)]
    if not len(known):
        return UNDEFINED
    if metric not in _GRADED:
        return share(int(known.sum()), len(known))
    drawn = bootstrap_sums(known[:, None], INTERVAL_RESAMPLES)[:, 0] / len(known)
    return Estimate(float(known.mean()), *percentile_interval(drawn), len(known))


def _p_value(differences: Array, metric: str) -> float:
    if metric not in _GRADED:
        return mcnemar(int((differences > 0).sum()), int((differences < 0).sum()))
    observed = np.round(abs(differences.sum()), _DIGITS)
    swapped = np.round(np.abs(sign_flip_sums(differences[:, None], RESAMPLES)[:, 0]), _DIGITS)
    return float((swapped >= observed).sum() + 1) / (RESAMPLES + 1)


def _values(judged: Sequence[QuestionMetrics], metric: str) -> Array:
    """The metric of every question, NaN where it is not defined; shape (questions,)."""
    found = (getattr(metrics, metric) for metrics in judged)
    return np.array([np.nan if value is None else float(value) for value in found])
