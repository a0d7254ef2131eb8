"""The scoring rules by name: weights and metrics as data."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass

from wattrag.errors import InputError
from wattrag.scoring.blank import is_blank
from wattrag.scoring.metrics.accepted import accepted
from wattrag.scoring.metrics.contains import contains
from wattrag.scoring.metrics.exact_match import exact_match
from wattrag.scoring.metrics.f1 import f1 as word_f1
from wattrag.scoring.metrics.metric import TextMetric
from wattrag.scoring.refs import as_meant, f1, jaccard

WATTBOT = "wattbot"
DEFAULT_RULES = "2025"


@dataclass(frozen=True)
class Rules:
    """A rule set; the weights add up to 1.

    Attributes:
        ref_score: (gold cell, submitted cell) -> overlap from 0 to 1, or None if it is not scored.
        normalise: judge the submitted value after `wattrag.scoring.normalise`.
        question_tolerance: a `tolerance` column of the questions replaces the relative tolerance.
        metric: judges values as text; None for WattBot's value rule.
    """

    name: str
    value_weight: float
    ref_weight: float
    na_weight: float
    ref_score: Callable[[str, str], float | None]
    normalise: bool = False
    question_tolerance: bool = False
    metric: TextMetric | None = None

    def unanswerable(self, gold: str) -> bool:
        """Whether a gold value says that the question cannot be answered."""
        return is_blank(gold) if self.metric is None else not accepted(gold)


STRICT_2025 = Rules("2025", 0.75, 0.15, 0.10, jaccard)
NORMALIZED_2025 = Rules("2025-normalized", 0.75, 0.15, 0.10, jaccard, normalise=True)
PROVISIONAL_2026 = Rules("2026", 0.75, 0.20, 0.05, f1, question_tolerance=True)
RULES = {rules.name: rules for rules in (STRICT_2025, NORMALIZED_2025, PROVISIONAL_2026)}
"""WattBot's, by year."""

METRICS = {
    name: Rules(name, 1.0, 0.0, 0.0, as_meant, metric=metric)
    for name, metric in {
        "exact_match": TextMetric(exact_match, graded=False),
        "f1": TextMetric(word_f1, graded=True),
        "contains": TextMetric(contains, graded=False),
    }.items()
}
"""Those of other benchmarks: the value alone counts, citations and abstentions are shown beside."""


def rules_for(metric: str, rules: str = DEFAULT_RULES) -> Rules:
    """The rule set of a datafile's metric; `rules` is WattBot's year, of no use to the others.

    Raises:
        InputError: there is none.
    """
    if metric == WATTBOT:
        return _named(rules, RULES, "rules")
    return _named(metric, METRICS, "metric", (WATTBOT, *METRICS))


def rules_named(name: str) -> Rules:
    """The rule set called `name`, a year's or a metric's.

    Raises:
        InputError: there is none.
    """
    return _named(name, {**RULES, **METRICS}, "rules")


def _named(name: str, known: dict[str, Rules], kind: str, choices: tuple[str, ...] = ()) -> Rules:
    if name not in known:
        offered = choices or tuple(known)
        close = difflib.get_close_matches(name, offered, n=1, cutoff=0.3)
        hint = f"did you mean '{close[0]}'? " if close else ""
        raise InputError(kind, f"unknown '{name}'", f"{hint}choose one of {', '.join(offered)}")
    return known[name]
