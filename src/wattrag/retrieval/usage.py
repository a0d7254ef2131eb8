"""What retrieving took: the queries embedded apart from the search."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

from wattrag.config.settings import Retriever
from wattrag.datafiles.questions import Question
from wattrag.index.cache import embed_texts
from wattrag.index.searched import SearchedIndex
from wattrag.llm.embedders.cross_encoder import Reranker
from wattrag.llm.embedders.embedding import Embedder
from wattrag.retrieval.records import Retrieved
from wattrag.retrieval.retrieve import retrieve
from wattrag.store.vectors import VectorStore


def timed_retrieve(
    index: SearchedIndex,
    questions: Sequence[Question],
    settings: Retriever,
    *,
    depth: int,
    embedder: Embedder,
    store: VectorStore,
    reranker: Reranker | None = None,
    plans: Sequence[tuple[str, ...]] | None = None,
) -> tuple[list[Retrieved], dict[str, Any]]:
    """As `retrieve`, with the seconds of both parts over all questions.

    Loading the embedder is part of `embed_seconds`, a cross-encoder part of `search_seconds`;
    what was embedded before costs next to nothing.
    """
    queries = [query for plan in plans or () for query in plan] or [q.question for q in questions]
    started = perf_counter()
    if settings.needs_embedder:
        index.check_embedder(embedder)
        embed_texts(embedder, store, queries, "query")
    embedded = perf_counter()
    found = retrieve(index, questions, settings, depth, embedder, store, reranker, plans)
    return found, {
        "num_questions": len(questions),
        "num_queries": len(queries),
        "embed_seconds": embedded - started,
        "search_seconds": perf_counter() - embedded,
    }


def retrieval_usage(
    retrieving: Mapping[str, Any], planning: Mapping[str, Any] | None, index: str
) -> dict[str, Any]:
    """`usage.json` of a retrieval.

    Args:
        retrieving: see `timed_retrieve`.
        planning: `usage.json` of the plans; None without a planner.
        index: hash of what was searched.
    """
    count = retrieving["num_questions"]
    parts = {
        "plan": planning["call_seconds"] if planning is not None else None,
        "embed": retrieving["embed_seconds"],
        "search": retrieving["search_seconds"],
    }
    a_question = {
        name: None if seconds is None or not count else seconds / count
        for name, seconds in parts.items()
    }
    return {"index": index, **retrieving, "seconds_a_question": a_question}
