"""From scores to ranked hits: cut, threshold, rerank, cross-encoder, final cut, overlap."""

from collections.abc import Sequence

from wattrag.config.settings import Retriever
from wattrag.index.select import IndexedNode
from wattrag.retrieval.batch import DIGITS, Searched
from wattrag.retrieval.crossed import CrossScores
from wattrag.retrieval.records import Hit, Scores
from wattrag.retrieval.rerank import rerank
from wattrag.retrieval.search import best


def ranked_hits(  # noqa: PLR0917
    nodes: Sequence[IndexedNode],
    searched: Searched,
    settings: Retriever,
    top_k: int,
    final: int | None,
    crossed: CrossScores | None = None,
) -> list[Hit]:
    """The ranked hits of one attempt.

    Args:
        nodes: all nodes of the index, by row.
        searched: the question's scores.
        settings: threshold, rerank, deduplication and overlap.
        top_k: nodes taken per query.
        final: hits kept; None keeps all.
        crossed: a cross-encoder that orders all that was found, before the final cut.
    """
    found = []
    for number, fused in enumerate(searched.fused):
        rows = [row for row in best(fused, top_k) if _passes(searched, row, settings)]
        found.append({row: float(searched.fused[number, row]) for row in rows})
    ranked = rerank(found, settings.rerank_strategy, deduplicate=settings.deduplicate_retrieval)
    if crossed is not None:
        ranked = crossed.reordered(ranked)
    kept = ranked[:final]
    if settings.no_overlap:
        # Only what is shown itself may displace its parent: no evidence is lost.
        covered = {nodes[row].parent for row, _ in kept}
        kept = [(row, score) for row, score in kept if row not in covered]
    return [
        _hit(nodes[row], rank, score, searched, crossed)
        for rank, (row, score) in enumerate(kept, start=1)
    ]


def _passes(searched: Searched, row: int, settings: Retriever) -> bool:
    """Whether a node's best cosine over the queries reaches the threshold."""
    if searched.dense is None:
        return True
    cosine = searched.best(searched.dense, row)
    return cosine is not None and cosine >= settings.retrieval_threshold


def _hit(
    node: IndexedNode,
    rank: int,
    score: float | None,
    searched: Searched,
    crossed: CrossScores | None,
) -> Hit:
    fused = searched.best(searched.fused, node.row)
    reranked = None if score is None else round(score, DIGITS)
    scores = Scores(
        dense=searched.best(searched.dense, node.row),
        lexical=searched.best(searched.lexical, node.row),
        fused=fused,
        rerank=reranked,
        cross_encoder=None if crossed is None else crossed[node.row],
    )
    steps = (scores.cross_encoder, scores.rerank, scores.fused)
    return Hit(
        rank=rank,
        node_id=node.id,
        document_id=node.document_id,
        kind=node.kind,
        score=next((step for step in steps if step is not None), 0.0),
        scores=scores,
    )
