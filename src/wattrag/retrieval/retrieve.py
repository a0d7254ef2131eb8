"""All evidence for the questions of a datafile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wattrag.config.settings import Retriever
from wattrag.datafiles.questions import Question
from wattrag.errors import InputError
from wattrag.index.cache import embed_texts
from wattrag.index.embed import Embedder
from wattrag.index.read import OpenIndex
from wattrag.index.select import IndexedNode
from wattrag.retrieval.expand import Anchor, expand
from wattrag.retrieval.fusion import fuse
from wattrag.retrieval.outline import Outline, outline
from wattrag.retrieval.records import Attempt, Cited, Hit, Retrieved, Scores, Snippet
from wattrag.retrieval.rerank import rerank
from wattrag.retrieval.search import ScoreArray, best, dense_scores, lexical_scores
from wattrag.store.vectors import VectorStore

_DIGITS = 6
"""Decimals of recorded scores."""


@dataclass(frozen=True)
class _Searched:
    """The scores of one question's queries, each array of shape (queries, nodes)."""

    dense: ScoreArray | None
    lexical: ScoreArray | None
    fused: ScoreArray

    def best(self, side: ScoreArray | None, row: int) -> float | None:
        """The best score of a node over the queries; None where no query saw it."""
        if side is None or np.isnan(side[:, row]).all():
            return None
        return round(float(np.nanmax(side[:, row])), _DIGITS)


def retrieve(  # noqa: PLR0917
    index: OpenIndex,
    questions: Sequence[Question],
    settings: Retriever,
    depth: int,
    embedder: Embedder | None,
    store: VectorStore | None,
) -> list[Retrieved]:
    """Ranked hits and context of every question, in the questions' order.

    Args:
        index: where to search.
        questions: searched in one batch; the question itself is always a query.
        settings: the retriever.
        depth: deepest attempt; attempts 0 to `depth` are made, attempt n with n + 1 times the
            cuts of attempt 0.
        embedder: the index's embedder; not needed at `dense_weight` 0.
        store: known question vectors; not needed at `dense_weight` 0.

    Raises:
        InputError: the index was built with another embedder, or none was given.
    """
    plans = [(question.question,) for question in questions]
    leaves = outline(index.nodes)
    searches = _search(index, plans, settings, embedder, store)
    found = []
    for question, queries, searched in zip(questions, plans, searches, strict=True):
        attempts, snippets = _attempts(index, leaves, searched, settings, depth)
        found.append(
            Retrieved(
                id=question.id,
                question=question.question,
                answer_unit=question.answer_unit,
                queries=queries,
                attempts=attempts,
                snippets=snippets,
                hit_texts={h.node_id: index.node(h.node_id).text for a in attempts for h in a.hits},
                documents=_documents(index, snippets),
            )
        )
    return found


def _search(
    index: OpenIndex,
    plans: Sequence[tuple[str, ...]],
    settings: Retriever,
    embedder: Embedder | None,
    store: VectorStore | None,
) -> Iterator[_Searched]:
    """Scores per question; the queries of all questions go through one batch."""
    queries = [query for plan in plans for query in plan]
    dense: Iterator[ScoreArray | None] = iter([None] * len(queries))
    lexical: Iterator[ScoreArray | None] = iter([None] * len(queries))
    if settings.dense_weight > 0:
        if embedder is None or store is None:
            cure = "name it, or set dense_weight to 0"
            raise InputError(str(index.path), "a dense search needs the embedder", cure)
        index.check_embedder(embedder)
        dense = dense_scores(index, embed_texts(embedder, store, queries))
    if settings.dense_weight < 1:
        lexical = lexical_scores(index, queries, settings.lexical)
    for plan in plans:
        found = [(next(dense), next(lexical)) for _ in plan]
        fused = [fuse(settings.fusion, d, w, settings.dense_weight) for d, w in found]
        yield _Searched(
            dense=_stacked([d for d, _ in found]),
            lexical=_stacked([w for _, w in found]),
            fused=np.array(fused),
        )


def _stacked(sides: Sequence[ScoreArray | None]) -> ScoreArray | None:
    present = [side for side in sides if side is not None]
    return np.array(present) if present else None


def _attempts(
    index: OpenIndex, leaves: Outline, searched: _Searched, settings: Retriever, depth: int
) -> tuple[tuple[Attempt, ...], dict[str, Snippet]]:
    """All attempts of a question, and the snippets that they share."""
    attempts: list[Attempt] = []
    snippets: dict[str, Snippet] = {}
    for number in range(depth + 1):
        top_k = settings.top_k * (number + 1)
        final = settings.top_k_final and settings.top_k_final * (number + 1)
        hits = _hits(index.nodes, searched, settings, top_k, final)
        anchors = [_anchor(leaves, index.rows[hit.node_id], searched) for hit in hits]
        context = expand(leaves, anchors, settings.expansion, settings.lexical.window)
        snippets.update(context)
        attempts.append(
            Attempt(
                attempt=number,
                top_k=top_k,
                top_k_final=final,
                hits=tuple(hits),
                context=tuple(key for key, _ in context),
            )
        )
    return tuple(attempts), snippets


def _hits(
    nodes: Sequence[IndexedNode],
    searched: _Searched,
    settings: Retriever,
    top_k: int,
    final: int | None,
) -> list[Hit]:
    """The ranked hits of one attempt."""
    found = []
    for number, fused in enumerate(searched.fused):
        rows = [row for row in best(fused, top_k) if _passes(searched, row, settings)]
        found.append({row: float(searched.fused[number, row]) for row in rows})
    ranked = rerank(found, settings.rerank_strategy, deduplicate=settings.deduplicate_retrieval)
    if settings.no_overlap:
        covered = {nodes[row].parent for row, _ in ranked}
        ranked = [(row, score) for row, score in ranked if row not in covered]
    return [
        _hit(nodes[row], rank, score, searched)
        for rank, (row, score) in enumerate(ranked[:final], start=1)
    ]


def _passes(searched: _Searched, row: int, settings: Retriever) -> bool:
    """Whether a node's best cosine over the queries reaches the threshold."""
    if searched.dense is None:
        return True
    cosine = searched.best(searched.dense, row)
    return cosine is not None and cosine >= settings.retrieval_threshold


def _hit(node: IndexedNode, rank: int, score: float | None, searched: _Searched) -> Hit:
    fused = searched.best(searched.fused, node.row)
    reranked = None if score is None else round(score, _DIGITS)
    scores = Scores(
        dense=searched.best(searched.dense, node.row),
        lexical=searched.best(searched.lexical, node.row),
        fused=fused,
        rerank=reranked,
    )
    return Hit(
        rank=rank,
        node_id=node.id,
        document_id=node.document_id,
        kind=node.kind,
        score=(fused or 0.0) if reranked is None else reranked,
        scores=scores,
    )


def _anchor(leaves: Outline, row: int, searched: _Searched) -> Anchor:
    """The place of a hit; a paragraph is entered at its best sentence."""
    if row in leaves.position:
        position = leaves.position[row]
        return Anchor(position, range(position, position + 1))
    span = leaves.paragraphs[row]
    rows = [leaves.leaves[position].row for position in span]
    scores = np.nan_to_num(searched.fused[:, rows], nan=-np.inf).max(axis=0)
    return Anchor(span.start + int(np.argmax(scores)), span)


def _documents(index: OpenIndex, snippets: Mapping[str, Snippet]) -> dict[str, Cited]:
    """Title, url and citation of every document in the context."""
    found = {}
    for document_id in sorted({snippet.document_id for snippet in snippets.values()}):
        node = index.node(document_id)
        known = {key: str(node.metadata.get(key) or "") for key in ("url", "citation")}
        found[document_id] = Cited(title=node.text, **known)
    return found
