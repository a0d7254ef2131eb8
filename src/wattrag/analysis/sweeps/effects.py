"""What each setting of a sweep changes: a test over the questions, not over the runs.

Runs of a point answer the same questions, and votes of a pool share members; taking each
for an observation of its own (a Welch test over runs) would find effects in any set of questions
that happens to be easy, and none can be tested where runs are identical. The question is the unit
here: its contribution to the overall score is averaged over the runs of a point, then over the
other setting's values, and the question's averages for the setting's values are compared.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wattrag.analysis.sweeps.results import Scored
from wattrag.scoring.composition import columns, contributions
from wattrag.scoring.resampling import SEED, Array

RESAMPLES = 9_999
_DIGITS = 10  # a tie is a tie in whatever order a processor adds
_BATCH = 500


@dataclass(frozen=True)
class Effect:
    """What one setting changes in the overall score.

    Attributes:
        levels: how many values it has.
        best, worst: the values with the highest and the lowest mean score.
        difference: the mean score of the best minus that of the worst.
        cohens_d: that difference in standard deviations of the questions' differences; None
            where these are all alike.
        p_value: of no difference between any of its values.
    """

    param: str
    levels: int
    best: str
    worst: str
    difference: float
    cohens_d: float | None
    p_value: float


def effects(found: Sequence[Scored]) -> list[Effect]:
    """The effect of each setting that has two values or more, the line's first."""
    if not found:
        return []
    cells = _cells(found)
    effect = (_effect(param, cells) for param in found[0].prediction.point)
    return [one for one in effect if one is not None]


def randomisation_test(levels: Array) -> float:
    """P-value of no difference between the columns of (questions, values) averages.

    If a setting changes nothing, which of a question's averages belongs to which of its values
    does not matter: the p-value is the share of random orders within the questions with means that
    vary as much as the observed ones. With two values it is the paired randomisation test.

    Source: Fisher (1935), The Design of Experiments, section 21; Edgington and Onghena (2007),
    Randomization Tests, 4th edition, chapter 5 (repeated measures);
    `scipy.stats.permutation_test` with permutations of samples.
    """
    from scipy.stats import permutation_test

    if np.ptp(levels, axis=1).max(initial=0.0) < 10**-_DIGITS:
        return 1.0
    done = permutation_test(
        list(levels.T),
        _variation,
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=_BATCH,
        alternative="greater",
        rng=np.random.default_rng(SEED),
    )
    return float(done.pvalue)


def _variation(*samples: Array, axis: int = -1) -> Array:
    """How much the values' means vary: the sum of their squared distances from the middle."""
    means = np.stack([sample.mean(axis=axis) for sample in samples])
    return np.asarray(np.round(((means - means.mean(axis=0)) ** 2).sum(axis=0), 2 * _DIGITS))


def _effect(param: str, cells: dict[tuple[tuple[str, str], ...], Array]) -> Effect | None:
    by_level: dict[str, list[Array]] = defaultdict(list)
    for point, adds in cells.items():
        by_level[dict(point)[param]].append(adds)
    if len(by_level) < 2:  # noqa: PLR2004 - nothing to compare
        return None
    names = list(by_level)
    levels = np.column_stack([np.mean(adds, axis=0) for adds in by_level.values()])
    totals = np.round(levels.sum(axis=0), _DIGITS)
    best, worst = int(totals.argmax()), int(totals.argmin())
    return Effect(
        param=param,
        levels=len(names),
        best=names[best],
        worst=names[worst],
        difference=float(totals[best] - totals[worst]),
        cohens_d=_cohens_d(levels[:, best] - levels[:, worst]),
        p_value=randomisation_test(levels),
    )


def _cohens_d(differences: Array) -> float | None:
    """Standardised mean difference of pairs.

    Source: Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, section 2.3.5.
    """
    if len(differences) < 2:  # noqa: PLR2004 - one has no deviation
        return None
    sd = float(differences.std(ddof=1))
    return float(differences.mean() / sd) if sd > 10**-_DIGITS else None


def _cells(found: Sequence[Scored]) -> dict[tuple[tuple[str, str], ...], Array]:
    """Each point's contributions to the overall score by question, averaged over its runs."""
    runs: dict[tuple[tuple[str, str], ...], list[Array]] = defaultdict(list)
    for one in found:
        adds = contributions(columns(one.scores.questions), one.scores.rules)
        runs[tuple(one.prediction.point.items())].append(adds)
    return {point: np.mean(adds, axis=0) for point, adds in runs.items()}
