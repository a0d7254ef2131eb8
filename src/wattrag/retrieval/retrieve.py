"""All evidence for the questions of a datafile."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from wattrag.config.settings import Retriever
from wattrag.datafiles.questions import Question
from wattrag.errors import InputError
from wattrag.index.searched import SearchedIndex
from wattrag.llm.embedders.cross_encoder import Reranker
from wattrag.llm.embedders.embedding import Embedder
from wattrag.retrieval.batch import Searched, search
from wattrag.retrieval.crossed import CrossScores
from wattrag.retrieval.expand import Anchor, expand
from wattrag.retrieval.figures import figures_by_section, shown_media
from wattrag.retrieval.hits import ranked_hits
from wattrag.retrieval.outline import Outline, outline
from wattrag.retrieval.records import Attempt, Cited, Retrieved, Snippet
from wattrag.store.vectors import VectorStore


def retrieve(  # noqa: PLR0917
    index: SearchedIndex,
    questions: Sequence[Question],
    settings: Retriever,
    depth: int,
    embedder: Embedder | None,
    store: VectorStore | None,
    reranker: Reranker | None = None,
    plans: Sequence[tuple[str, ...]] | None = None,
) -> list[Retrieved]:
    """Ranked hits and context of every question, in the questions' order.

    Args:
        index: where to search.
        questions: searched in one batch.
        settings: the retriever.
        depth: deepest attempt; attempts 0 to `depth` are made, attempt n with n + 1 times the
            cuts of attempt 0.
        embedder: the index's embedder; not needed at `dense_weight` 0.
        store: known question vectors; not needed at `dense_weight` 0.
        reranker: the cross-encoder that `settings` name, if they name one.
        plans: the queries of each question; None searches for the question alone.

    Raises:
        InputError: the index was built with another embedder, or embedder or cross-encoder are
            wanted and were not given.
    """
    if settings.cross_encoder is not None and reranker is None:
        problem = f"the cross-encoder '{settings.cross_encoder}' is wanted and was not given"
        raise InputError("retrieve", problem, "load it, or set `cross_encoder` to null")
    if plans is None:
        plans = [(question.question,) for question in questions]
    leaves = outline(index.nodes)
    figures = figures_by_section(index.nodes) if settings.with_images else {}
    searches = search(index, plans, settings, embedder, store)
    found = []
    for question, queries, searched in zip(questions, plans, searches, strict=True):
        crossed = None
        if reranker is not None:
            crossed = CrossScores(reranker, question.question, index.nodes)
        attempts, snippets = _attempts(index, leaves, searched, settings, depth, crossed, figures)
        found.append(
            Retrieved(
                id=question.id,
                question=question.question,
                answer_unit=question.answer_unit,
                queries=queries,
                attempts=attempts,
                snippets=snippets,
                hit_texts={h.node_id: index.node(h.node_id).text for a in attempts for h in a.hits},
                documents=_documents(index, snippets, attempts),
            )
        )
    return found


def _attempts(  # noqa: PLR0917
    index: SearchedIndex,
    leaves: Outline,
    searched: Searched,
    settings: Retriever,
    depth: int,
    crossed: CrossScores | None,
    figures: Mapping[int, Sequence[int]],
) -> tuple[tuple[Attempt, ...], dict[str, Snippet]]:
    """All attempts of a question, and the snippets that they share."""
    attempts: list[Attempt] = []
    snippets: dict[str, Snippet] = {}
    for number in range(depth + 1):
        top_k = settings.top_k * (number + 1)
        final = settings.top_k_final and settings.top_k_final * (number + 1)
        hits = ranked_hits(index.nodes, searched, settings, top_k, final, crossed)
        anchors = [_anchor(leaves, index.rows[hit.node_id], searched) for hit in hits]
        context = expand(leaves, anchors, settings.expansion, settings.lexical.window)
        snippets.update(context)
        media = shown_media(index.nodes, _beside(anchors, leaves, figures), searched.figures)
        attempts.append(
            Attempt(
                attempt=number,
                top_k=top_k,
                top_k_final=final,
                hits=tuple(hits),
                context=tuple(key for key, _ in context),
                media=media,
            )
        )
    return tuple(attempts), snippets


def _beside(
    anchors: Iterable[Anchor], leaves: Outline, figures: Mapping[int, Sequence[int]]
) -> Iterator[int]:
    """Rows of the figures in the sections that the hits lie in, in the hits' order."""
    for anchor in anchors:
        yield from figures.get(leaves.section_of(anchor.leaf), ())


def _anchor(leaves: Outline, row: int, searched: Searched) -> Anchor:
    """The place of a hit; a paragraph is entered at its best sentence."""
    if row in leaves.position:
        position = leaves.position[row]
        return Anchor(position, range(position, position + 1))
    span = leaves.paragraphs[row]
    rows = [leaves.leaves[position].row for position in span]
    scores = np.nan_to_num(searched.fused[:, rows], nan=-np.inf).max(axis=0)
    return Anchor(span.start + int(np.argmax(scores)), span)


def _documents(
    index: SearchedIndex, snippets: Mapping[str, Snippet], attempts: Sequence[Attempt]
) -> dict[str, Cited]:
    """Title, url and citation of every document in the context, or beside it with a figure."""
    found = {}
    beside = {media.document_id for attempt in attempts for media in attempt.media}
    for document_id in sorted({snippet.document_id for snippet in snippets.values()} | beside):
        node = index.node(document_id)
        known = {key: str(node.metadata.get(key) or "") for key in ("url", "citation")}
        found[document_id] = Cited(title=node.text, **known)
    return found
