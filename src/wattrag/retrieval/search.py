"""Scores of nodes for queries, dense and lexical, as arrays over all node rows.

An array holds NaN where its side did not see the node: it has no vector or window, it shares no
word with the query, or an approximate search did not look there.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from wattrag.config.settings import Lexical
from wattrag.index.searched import SearchedIndex
from wattrag.index.vectors import COSINE_DIGITS, QUERY_BLOCK
from wattrag.store.vectors import FloatMatrix

ScoreArray = NDArray[np.float64]
_HNSW_POOL = 1000
"""Nearest nodes an approximate search hands to fusion."""


def dense_scores(index: SearchedIndex, queries: FloatMatrix) -> Iterator[ScoreArray]:
    """Per query, the cosine of every node's search vector, shape (nodes,).

    A node with two vectors (`paragraphs: both`) has the better of its two cosines.

    Args:
        index: an open index.
        queries: unit vectors, shape (queries, dimensions).
    """
    rows = index.vectors.rows
    for start in range(0, len(queries), QUERY_BLOCK):
        block = queries[start : start + QUERY_BLOCK]
        for cosines in index.vectors.scores(block, _HNSW_POOL):
            scores = np.full(len(index.nodes), -np.inf)
            np.maximum.at(scores, rows, np.round(cosines, COSINE_DIGITS))
            scores[np.isneginf(scores)] = np.nan
            yield scores


def complete_dense(
    index: SearchedIndex, query: FloatMatrix, dense: ScoreArray, lexical: ScoreArray
) -> None:
    """Fill in the cosines of the best lexical nodes that an approximate search did not meet.

    Args:
        index: an open index; an exact one has nothing to fill in.
        query: unit vector, shape (dimensions,).
        dense: the query's cosines, shape (nodes,); changed in place.
        lexical: the query's BM25 scores, shape (nodes,).
    """
    if index.vectors.mode == "exact":
        return
    unseen = [row for row in best(lexical, _HNSW_POOL) if np.isnan(dense[row])]
    positions = np.flatnonzero(np.isin(index.vectors.rows, unseen))
    rows = index.vectors.rows[positions]
    dense[rows] = -np.inf
    np.maximum.at(dense, rows, np.round(index.vectors.cosines(query, positions), COSINE_DIGITS))


def lexical_scores(
    index: SearchedIndex, queries: Sequence[str], settings: Lexical
) -> Iterator[ScoreArray]:
    """Per query, the BM25 score of the window around every leaf, shape (nodes,)."""
    lexical = index.lexical(settings)
    for query in queries:
        found = lexical.scores(query).astype(np.float64)
        scores = np.full(len(index.nodes), np.nan)
        scores[lexical.rows] = np.where(found > 0, found, np.nan)
        yield scores


def best(scores: ScoreArray, count: int) -> list[int]:
    """Rows of the `count` highest scores, best first, ties by row; NaN never."""
    seen = np.flatnonzero(~np.isnan(scores))
    if len(seen) > count:
        cut = np.partition(scores[seen], len(seen) - count)[len(seen) - count]
        seen = seen[scores[seen] >= cut]
    order = np.argsort(-scores[seen], kind="stable")
    return [int(row) for row in seen[order[:count]]]
