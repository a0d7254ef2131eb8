"""One ranking per question from the ranked lists of its queries."""

from collections.abc import Mapping, Sequence
from typing import Literal

Strategy = Literal["frequency", "score", "combined"]
FREQUENCY_SHARE, SCORE_SHARE = 0.4, 0.6

Found = Mapping[int, float]
"""What one query found: node row -> fused score, best first."""
Ranked = list[tuple[int, float | None]]
"""Node rows with their rerank scores, best first."""


def rerank(found: Sequence[Found], strategy: Strategy | None, *, deduplicate: bool) -> Ranked:
    """Node rows with their rerank scores, best first; ties keep the order of discovery.

    frequency   number of queries that found the node (ties by score)
    score       sum of its fused scores over the queries
    combined    0.4 · frequency / highest frequency + 0.6 · score / highest score
    None        the queries' lists one after the other; the score is None

    Frequencies are counted before deduplication, so that a node found by three queries counts
    three times even if it is kept once.

    Args:
        found: per query.
        strategy: the order.
        deduplicate: keep each node once; else once for every query that found it.
    """
    listed = [row for query in found for row in query]
    frequency = {row: float(listed.count(row)) for row in dict.fromkeys(listed)}
    total = {row: sum(query.get(row, 0.0) for query in found) for row in frequency}
    kept = list(frequency) if deduplicate else listed
    if strategy is None:
        return [(row, None) for row in kept]
    if strategy == "frequency":
        ranked = sorted(kept, key=lambda row: (-frequency[row], -total[row]))
        return [(row, frequency[row]) for row in ranked]
    score = total if strategy == "score" else _combined(frequency, total)
    return [(row, score[row]) for row in sorted(kept, key=lambda row: -score[row])]


def _combined(frequency: Mapping[int, float], total: Mapping[int, float]) -> dict[int, float]:
    most = max(frequency.values(), default=1.0)
    highest = max(total.values(), default=0.0)
    return {
        row: FREQUENCY_SHARE * frequency[row] / most
        + (SCORE_SHARE * total[row] / highest if highest > 0 else 0.0)
        for row in frequency
    }
