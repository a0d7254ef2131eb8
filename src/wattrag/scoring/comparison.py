"""Can experiments on the same questions be told apart? Paired tests and groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from wattrag.errors import InputError
from wattrag.scoring.composition import columns, contributions, overall, overall_of
from wattrag.scoring.intervals import ALPHA, percentile_interval
from wattrag.scoring.resampling import Array, bootstrap_sums, sign_flip_sums
from wattrag.scoring.score import Scores

# More than for an interval: the smallest p-value must survive Holm's correction.
RESAMPLES = 10_000
_DIGITS = 10  # a tie is a tie in whatever order a processor adds
_BLOCK = 256  # columns tested at a time: 20 MB


@dataclass(frozen=True)
class Comparison:
    """The first experiment against the second on the same questions.

    Attributes:
        difference: overall score of the first minus that of the second.
        low, high: 95 % interval of the difference (paired bootstrap over questions).
        p_value: two-sided, of no difference in the overall score (paired randomisation test).
        only_first, only_second: questions whose value only one of them has right.
        mcnemar_p: exact McNemar test on these two counts.
    """

    difference: float
    low: float
    high: float
    p_value: float
    only_first: int
    only_second: int
    mcnemar_p: float


def compare(first: Scores, second: Scores) -> Comparison:
    """Compare two experiments that answered the same question file under the same rules.

    Raises:
        InputError: the questions or the rules differ.
    """
    return compare_pairs([first, second], [(0, 1)])[0]


def compare_all(experiments: Mapping[str, Scores]) -> dict[tuple[str, str], Comparison]:
    """Compare each experiment with each that comes later, in the given order.

    Their p-values are not corrected for their number: see `holm`.

    Raises:
        InputError: the questions or the rules differ.
    """
    pairs = list(combinations(range(len(experiments)), 2))
    names = list(combinations(experiments, 2))
    return dict(zip(names, compare_pairs(list(experiments.values()), pairs), strict=True))


def compare_pairs(
    experiments: Sequence[Scores], pairs: Sequence[tuple[int, int]]
) -> list[Comparison]:
    """Compare pairs of experiments, given by their places; all share their resamples.

    Raises:
        InputError: the questions or the rules differ.
    """
    _check_comparable(experiments)
    if not pairs:
        return []
    rules, questions = experiments[0].rules, len(experiments[0].questions)
    tables = [columns(scores.questions) for scores in experiments]
    sums = np.split(bootstrap_sums(np.hstack(tables), RESAMPLES), len(tables), axis=1)
    drawn = [overall(part, questions, rules) for part in sums]
    adds = np.column_stack([contributions(table, rules) for table in tables])
    first, second = (list(places) for places in zip(*pairs, strict=True))
    p_values = _swap_test(adds[:, first] - adds[:, second])
    points = [_point(scores) for scores in experiments]
    right = [np.array([q.value_correct for q in s.questions], dtype=bool) for s in experiments]
    found = []
    for (a, b), p_value in zip(pairs, p_values, strict=True):
        low, high = percentile_interval(drawn[a] - drawn[b])
        only_first = int((right[a] & ~right[b]).sum())
        only_second = int((right[b] & ~right[a]).sum())
        found.append(
            Comparison(
                difference=points[a] - points[b],
                low=low,
                high=high,
                p_value=p_value,
                only_first=only_first,
                only_second=only_second,
                mcnemar_p=mcnemar(only_first, only_second),
            )
        )
    return found


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact p-value of McNemar's test from the two discordant counts.

    Source: McNemar (1947), Psychometrika 12:153-157; `statsmodels.stats.contingency_tables`.
    """
    from statsmodels.stats.contingency_tables import mcnemar as test

    table = np.array([[0, only_first], [only_second, 0]])
    return min(1.0, float(test(table, exact=True).pvalue))


def randomisation_test(first: Scores, others: Sequence[Scores]) -> list[float]:
    """Two-sided p-value of no difference in the overall score, against each of `others`.

    If two experiments are equally good, which of them gave which of a question's two answers
    does not matter: the p-value is the share of random swaps with a difference as large as the
    observed one, which itself counts as one. Unlike a p-value read off a bootstrap it keeps its
    level on few questions.

    Source: Fisher (1935), The Design of Experiments, section 21; Noreen (1989),
    Computer-Intensive Methods for Testing Hypotheses, chapter 2.
    """
    if not others:
        return []
    own = contributions(columns(first.questions), first.rules)
    theirs = [contributions(columns(other.questions), other.rules) for other in others]
    return _swap_test(own[:, None] - np.column_stack(theirs))


def _swap_test(differences: Array) -> list[float]:
    """`randomisation_test` on each column of (questions, k) differences, in blocks of columns."""
    found: list[float] = []
    for start in range(0, differences.shape[1], _BLOCK):
        block = differences[:, start : start + _BLOCK]
        observed = np.round(np.abs(block.sum(axis=0)), _DIGITS)
        swapped = np.round(np.abs(sign_flip_sums(block, RESAMPLES)), _DIGITS)
        as_large = (swapped >= observed).sum(axis=0)
        found += [float(p) for p in (as_large + 1) / (RESAMPLES + 1)]
    return found


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for their number, in the same order.

    Source: Holm (1979), Scandinavian Journal of Statistics 6:65-70;
    `statsmodels.stats.multitest.multipletests`.
    """
    from statsmodels.stats.multitest import multipletests

    if not p_values:
        return []
    return [float(p) for p in multipletests(p_values, alpha=ALPHA, method="holm")[1]]


def groups(experiments: Mapping[str, Scores]) -> dict[str, int]:
    """Number the groups of experiments that cannot be told apart from their group's leader.

    The best experiment leads group 1, which takes all whose overall score does not differ from
    its own at 5 % (paired randomisation test, Holm's correction over the leader's comparisons);
    the best of the rest leads group 2, and so on.

    Returns:
        name -> group, best experiment first (equal scores by name).

    Raises:
        InputError: the experiments answered different questions or were scored differently.
    """
    _check_comparable(list(experiments.values()))
    ranked = sorted(experiments, key=lambda name: (-_point(experiments[name]), name))
    found: dict[str, int] = {}
    group, rest = 0, ranked
    while rest:
        group += 1
        leader, others = rest[0], rest[1:]
        p_values = randomisation_test(experiments[leader], [experiments[o] for o in others])
        apart = {name for name, p in zip(others, holm(p_values), strict=True) if p < ALPHA}
        found |= {name: group for name in rest if name not in apart}
        rest = [name for name in others if name in apart]
    return {name: found[name] for name in ranked}


def _point(scores: Scores) -> float:
    return overall_of(scores.questions, scores.rules)


def _check_comparable(experiments: Sequence[Scores]) -> None:
    for other in experiments[1:]:
        first = experiments[0]
        if [q.id for q in first.questions] != [q.id for q in other.questions]:
            raise InputError("comparison", "the questions differ", "compare on one question file")
        if first.rules != other.rules:
            names = f"'{first.rules.name}' and '{other.rules.name}'"
            raise InputError("comparison", f"scored by {names}", "score all by the same rules")
