"""The overall score, composed of three parts; of the questions themselves or of resamples."""

from collections.abc import Sequence

import numpy as np

from wattrag.scoring.question import QuestionScore
from wattrag.scoring.resampling import Array
from wattrag.scoring.rules import Rules


def columns(scores: Sequence[QuestionScore]) -> Array:
    """What the overall score needs of each question: (questions, 4).

    Value score, citation overlap (0 where it is not scored), 1 for an unanswerable question, 1
    if that was left blank.
    """
    return np.array(
        [
            (s.value_score, s.ref_score or 0.0, s.na_correct is not None, bool(s.na_correct))
            for s in scores
        ],
        dtype=np.float64,
    )


def overall(sums: Array, questions: int, rules: Rules) -> Array:
    """Overall scores from sums of `columns`, (resamples, 4) -> (resamples,).

    Where no question is unanswerable, the recall of abstentions counts as 1.
    """
    value, ref, unanswerable, abstained = sums.T
    recall = np.where(unanswerable > 0, abstained / np.maximum(unanswerable, 1), 1.0)
    answered = rules.value_weight * value + rules.ref_weight * ref
    return np.asarray(answered / questions + rules.na_weight * recall)


def overall_of(scores: Sequence[QuestionScore], rules: Rules) -> float:
    """The overall score of an experiment, without its interval."""
    return overall_of_columns(columns(scores), rules)


def overall_of_columns(table: Array, rules: Rules) -> float:
    """The same from `columns`, (questions, 4)."""
    return float(overall(table.sum(axis=0, keepdims=True), len(table), rules)[0])


def contributions(table: Array, rules: Rules) -> Array:
    """What each question adds to the overall score: `columns` (questions, 4) -> (questions,).

    They sum to the overall score if a question is unanswerable; else the recall's constant is
    missing, the same for all experiments.
    """
    value, ref, unanswerable, abstained = table.T
    recall = abstained / max(1.0, unanswerable.sum())
    answered = rules.value_weight * value + rules.ref_weight * ref
    return np.asarray(answered / len(table) + rules.na_weight * recall)
