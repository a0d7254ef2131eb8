"""One score per node from a dense and a lexical one."""

from typing import Literal

import numpy as np

from wattrag.retrieval.search import ScoreArray

RRF_CONSTANT = 60
"""Cormack, Clarke and Buettcher, SIGIR 2009."""

Fusion = Literal["linear", "rrf"]


def fuse(
    method: Fusion, dense: ScoreArray | None, lexical: ScoreArray | None, dense_weight: float
) -> ScoreArray:
    """Fused scores, shape (nodes,): the weighted sum of both sides, each brought to one scale.

    `linear` divides a side's scores by their maximum; `rrf` takes 1 / (60 + rank). A node that
    only one side saw gets nothing from the other; one that neither saw stays NaN.

    Args:
        method: how a side is scaled.
        dense: cosines, or None to leave the side out.
        lexical: BM25 scores, or None to leave the side out.
        dense_weight: share of the dense side, 0 to 1; the lexical side has the rest.
    """
    scale = _by_maximum if method == "linear" else _by_rank
    sides = [(dense, dense_weight), (lexical, 1 - dense_weight)]
    parts = [weight * scale(side) for side, weight in sides if side is not None]
    seen = np.any([~np.isnan(part) for part in parts], axis=0)
    total: ScoreArray = np.where(seen, np.nansum(parts, axis=0), np.nan)
    return total


def _by_maximum(scores: ScoreArray) -> ScoreArray:
    highest = np.nanmax(scores, initial=0.0)
    return scores / highest if highest > 0 else scores * 0


def _by_rank(scores: ScoreArray) -> ScoreArray:
    """Reciprocal ranks; rank 1 is the highest score, ties go to the lower row."""
    result = np.full(len(scores), np.nan)
    seen = np.flatnonzero(~np.isnan(scores))
    order = seen[np.argsort(-scores[seen], kind="stable")]
    result[order] = 1 / (RRF_CONSTANT + 1 + np.arange(len(order)))
    return result
