"""Contains: the accepted answer stands in the submitted one."""

from collections.abc import Sequence


def contains(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """1 if the submitted words hold the accepted ones, side by side and in order, else 0.

    Whole words count: `4` is not in `14`. Source: `has_answer` of dense passage retrieval,
    Karpukhin et al. (2020), EMNLP.
    """
    return float(f" {' '.join(gold)} " in f" {' '.join(predicted)} ")
