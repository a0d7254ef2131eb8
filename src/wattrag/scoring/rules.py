"""The scoring rules by name: weights and metrics as data."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass

from wattrag.errors import InputError
from wattrag.scoring.refs import f1, jaccard


@dataclass(frozen=True)
class Rules:
    """A rule set; the weights add up to 1.

    Attributes:
        normalise: judge the submitted value after `wattrag.scoring.normalise`.
        ref_score: (gold cell, submitted cell) -> overlap from 0 to 1.
        question_tolerance: a `tolerance` column of the questions replaces the relative tolerance.
    """

    name: str
    value_weight: float
    ref_weight: float
    na_weight: float
    ref_score: Callable[[str, str], float]
    normalise: bool = False
    question_tolerance: bool = False


STRICT_2025 = Rules("2025", 0.75, 0.15, 0.10, jaccard)
NORMALIZED_2025 = Rules("2025-normalized", 0.75, 0.15, 0.10, jaccard, normalise=True)
PROVISIONAL_2026 = Rules("2026", 0.75, 0.20, 0.05, f1, question_tolerance=True)

RULES = {rules.name: rules for rules in (STRICT_2025, NORMALIZED_2025, PROVISIONAL_2026)}


def rules_named(name: str) -> Rules:
    """The rule set called `name`.

    Raises:
        InputError: there is none.
    """
    if name not in RULES:
        close = difflib.get_close_matches(name, RULES, n=1, cutoff=0.3)
        hint = f"did you mean '{close[0]}'? " if close else ""
        raise InputError("rules", f"unknown '{name}'", f"{hint}choose one of {', '.join(RULES)}")
    return RULES[name]
