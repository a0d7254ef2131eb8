"""Retrieval for the commands that ask: index, models and store found from their options."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wattrag.cli.named import models_named

if TYPE_CHECKING:
    from wattrag.cli.settings import Chosen
    from wattrag.config.models import Registry
    from wattrag.datafiles.questions import Question
    from wattrag.retrieval.records import Retrieved


def find_evidence(
    index: Path,
    questions: "Sequence[Question]",
    chosen: "Chosen",
    depth: int,
    store: Path,
    *,
    answering: str | None = None,
) -> "list[Retrieved]":
    """Evidence for questions, with the embedder that the index was built with.

    Args:
        index: the index's folder.
        questions: searched in one batch.
        chosen: the retriever's settings, and how its planner generates; the index that they name
            is not looked at.
        depth: deepest attempt, from 0.
        store: folder of the stores, for the planner's replies and the queries' vectors.
        answering: the model that answers, and plans if the planner is `self`; None: there is none.

    Raises:
        InputError: a bad index, or an embedder, cross-encoder or planner that is not declared.
        RunFailedError: the planner's call failed.
    """
    from wattrag.index.read import open_index
    from wattrag.llm.embedders.cross_encoder import declared_reranker
    from wattrag.llm.embedders.embedding import embedder_of_index
    from wattrag.retrieval.retrieve import retrieve
    from wattrag.store.vectors import VectorStore

    opened, retriever = open_index(index), chosen.retriever
    registry = models_named(*(name for name in (retriever.planner, answering) if name is not None))
    crossed, reranker = retriever.cross_encoder, None
    if crossed is not None:
        reranker = declared_reranker(registry, crossed, "cross_encoder")
    embedder = None
    if retriever.needs_embedder:
        embedder = embedder_of_index(registry, opened.manifest.embedder)
    plans = _plans(questions, chosen, registry, store, answering)  # last: it may cost money
    with VectorStore(store) as vectors:
        return retrieve(opened, questions, retriever, depth, embedder, vectors, reranker, plans)


def _plans(
    questions: "Sequence[Question]",
    chosen: "Chosen",
    registry: "Registry",
    store: Path,
    answering: str | None,
) -> list[tuple[str, ...]] | None:
    """The queries of each question; None without a planner."""
    from wattrag.llm.counted import counted_chat
    from wattrag.retrieval.planning.plan import plan
    from wattrag.store.completions import CompletionStore
    from wattrag.study.planners import answerer_named, planner_of, planning_model

    answerer = None if answering is None else answerer_named(answering, registry)
    planner = planner_of(chosen.retriever, answerer, registry, "query plans")
    if planner is None:
        return None
    limits = chosen.generation
    entry = planning_model(planner.model, registry, "query plans")
    job = f"plan {planner.model}"
    with CompletionStore(store) as replies:
        chat = counted_chat(entry, planner.precision, replies, limits.max_concurrent, job=job)
        planned = plan(questions, chat, planner.planner_max_queries, limits.max_new_tokens)
    return [made.queries for made in planned.plans]
