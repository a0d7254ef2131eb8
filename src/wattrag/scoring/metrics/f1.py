"""F1: how many words two answers share."""

from collections import Counter
from collections.abc import Sequence


def f1(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """Harmonic mean of precision and recall over words, each as often as it occurs; 0 to 1.

    Source: Rajpurkar et al. (2016), SQuAD, EMNLP, section 6.1.
    """
    shared = (Counter(gold) & Counter(predicted)).total()
    return 2 * shared / (len(gold) + len(predicted))
