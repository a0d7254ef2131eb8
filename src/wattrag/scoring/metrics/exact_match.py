"""Exact match: the same words in the same order."""

from collections.abc import Sequence


def exact_match(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """1 if the words are the same, else 0.

    Source: Rajpurkar et al. (2016), SQuAD, EMNLP, section 6.1.
    """
    return float(list(gold) == list(predicted))
