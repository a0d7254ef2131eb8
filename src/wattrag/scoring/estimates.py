"""The parts of a score over questions, each with its 95 % interval."""

from collections.abc import Sequence

import numpy as np

from wattrag.scoring.composition import columns, overall, overall_of_columns
from wattrag.scoring.intervals import (
    RESAMPLES,
    UNDEFINED,
    Estimate,
    percentile_interval,
    percentile_intervals,
    share,
)
from wattrag.scoring.question import QuestionScore
from wattrag.scoring.resampling import bootstrap_sums
from wattrag.scoring.rules import Rules


def value_accuracy(scores: Sequence[QuestionScore], rules: Rules) -> Estimate:
    """The mean value score: a share with Wilson's interval, or of a graded metric a mean."""
    if rules.metric is not None and rules.metric.graded:
        return _mean([score.value_score for score in scores])
    return share(sum(score.value_correct for score in scores), len(scores))


def na_recall(scores: Sequence[QuestionScore]) -> Estimate:
    """The share of unanswerable questions that were left blank."""
    bits = [score.na_correct for score in scores if score.na_correct is not None]
    return share(sum(bits), len(bits))


def overall_and_refs(scores: Sequence[QuestionScore], rules: Rules) -> tuple[Estimate, Estimate]:
    """The overall score, and the mean citation overlap where citations are scored.

    Where the value alone counts, the overall score is the value's, with its interval. WattBot
    scores the citations of all questions, so that both come from the same resamples.
    """
    if rules.value_weight == 1:
        cited = [score.ref_score for score in scores if score.ref_score is not None]
        return value_accuracy(scores, rules), _mean(cited)
    table, n = columns(scores), len(scores)
    sums = bootstrap_sums(table, RESAMPLES)
    whole, refs = percentile_intervals(np.stack([overall(sums, n, rules), sums[:, 1] / n]))
    return Estimate(overall_of_columns(table, rules), *whole, n), Estimate(
        float(table[:, 1].mean()), *refs, n
    )


def _mean(values: Sequence[float]) -> Estimate:
    """A mean with the interval of a bootstrap over questions."""
    if not values:
        return UNDEFINED
    column = np.array(values, dtype=np.float64)[:, None]
    drawn = bootstrap_sums(column, RESAMPLES)[:, 0] / len(values)
    return Estimate(float(column.mean()), *percentile_interval(drawn), len(values))
