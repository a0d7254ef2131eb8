"""All queries of all questions searched in one batch."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from math import isnan

import numpy as np

from wattrag.config.settings import Retriever
from wattrag.errors import InputError
from wattrag.index.cache import embed_texts
from wattrag.index.searched import SearchedIndex
from wattrag.llm.embedders.embedding import Embedder
from wattrag.retrieval.figures import nearest_figures
from wattrag.retrieval.fusion import fuse
from wattrag.retrieval.search import ScoreArray, complete_dense, dense_scores, lexical_scores
from wattrag.store.vectors import FloatMatrix, VectorStore

DIGITS = 6
"""Decimals of recorded scores."""


@dataclass(frozen=True)
class Searched:
    """The scores of one question's queries, each array of shape (queries, nodes)."""

    dense: ScoreArray | None
    lexical: ScoreArray | None
    fused: ScoreArray
    figures: tuple[tuple[int, float], ...] = ()
    """Rows and cosines of the figures nearest to any of the queries, best first."""

    def best(self, side: ScoreArray | None, row: int) -> float | None:
        """The best score of a node over the queries; None where no query saw it."""
        # Of a few numbers Python finds the greatest ten times as fast as numpy.
        seen = [] if side is None else [s for s in side[:, row].tolist() if not isnan(s)]
        return round(max(seen), DIGITS) if seen else None


def search(
    index: SearchedIndex,
    plans: Sequence[tuple[str, ...]],
    settings: Retriever,
    embedder: Embedder | None,
    store: VectorStore | None,
) -> Iterator[Searched]:
    """Scores per question.

    Args:
        index: where to search.
        plans: the queries of each question.
        settings: fusion, weights and the lexical side.
        embedder: as in `wattrag.retrieval.retrieve`.
        store: as in `wattrag.retrieval.retrieve`.
    """
    queries = [query for plan in plans for query in plan]
    vectors = None
    if settings.needs_embedder:
        vectors = _query_vectors(index, queries, embedder, store)
    found = _sides(index, queries, vectors if settings.dense_weight > 0 else None, settings)
    done = 0
    for plan in plans:
        sides = list(islice(found, len(plan)))
        own = None if vectors is None else vectors[done : done + len(plan)]
        done += len(plan)
        fused = [fuse(settings.fusion, d, w, settings.dense_weight) for d, w in sides]
        yield Searched(
            dense=_stacked(dense for dense, _ in sides),
            lexical=_stacked(lexical for _, lexical in sides),
            fused=np.array(fused),
            figures=nearest_figures(index, own, settings.top_k_images),
        )


def _sides(
    index: SearchedIndex, queries: Sequence[str], vectors: FloatMatrix | None, settings: Retriever
) -> Iterator[tuple[ScoreArray | None, ScoreArray | None]]:
    """Dense and lexical scores of each query; None for a side that has no weight."""
    dense: Iterable[ScoreArray | None] = repeat(None, len(queries))
    lexical: Iterable[ScoreArray | None] = repeat(None, len(queries))
    if vectors is not None:
        dense = dense_scores(index, vectors)
    if settings.dense_weight < 1:
        lexical = lexical_scores(index, queries, settings.lexical)
    for number, (near, alike) in enumerate(zip(dense, lexical, strict=True)):
        if vectors is not None and near is not None and alike is not None:
            complete_dense(index, vectors[number], near, alike)
        yield near, alike


def _query_vectors(
    index: SearchedIndex,
    queries: Sequence[str],
    embedder: Embedder | None,
    store: VectorStore | None,
) -> FloatMatrix:
    if embedder is None or store is None:
        cure = "name it, or set dense_weight to 0"
        raise InputError(index.name, "a dense search needs the embedder", cure)
    index.check_embedder(embedder)
    return embed_texts(embedder, store, queries, "query")


def _stacked(sides: Iterable[ScoreArray | None]) -> ScoreArray | None:
    present = [side for side in sides if side is not None]
    return np.array(present) if present else None
