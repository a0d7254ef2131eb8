"""Retrieval for the commands that ask: index, models and store found from their options."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wattrag.cli.settings import Chosen
    from wattrag.config.models import Registry
    from wattrag.datafiles.questions import Question
    from wattrag.retrieval.records import Retrieved


def find_evidence(
    index: Path, questions: "Sequence[Question]", chosen: "Chosen", depth: int, store: Path
) -> "list[Retrieved]":
    """Evidence for questions, with the embedder that the index was built with.

    Args:
        index: the index's folder.
        questions: searched in one batch.
        chosen: the retriever's settings, and how its planner generates; the index that they name
            is not looked at.
        depth: deepest attempt, from 0.
        store: folder of the stores, for the planner's replies and the queries' vectors.

    Raises:
        InputError: a bad index, or an embedder, cross-encoder or planner that is not declared.
        RunFailedError: the planner's call failed.
    """
    from wattrag.index.read import open_index
    from wattrag.llm.cross_encoder import declared_reranker
    from wattrag.llm.embedding import embedder_of_index
    from wattrag.retrieval.retrieve import retrieve
    from wattrag.store.vectors import VectorStore
    from wattrag.study.load import declared_models

    opened, registry, retriever = open_index(index), declared_models(), chosen.retriever
    crossed, reranker = retriever.cross_encoder, None
    if crossed is not None:
        reranker = declared_reranker(registry, crossed, "cross_encoder")
    embedder = None
    if retriever.needs_embedder:
        embedder = embedder_of_index(registry, opened.manifest.embedder)
    plans = _plans(questions, chosen, registry, store)  # last: it may cost money
    with VectorStore(store) as vectors:
        return retrieve(opened, questions, retriever, depth, embedder, vectors, reranker, plans)


def _plans(
    questions: "Sequence[Question]", chosen: "Chosen", registry: "Registry", store: Path
) -> list[tuple[str, ...]] | None:
    """The queries of each question; None without a planner."""
    from wattrag.llm.providers import chat_model
    from wattrag.llm.spending import Spending
    from wattrag.retrieval.planning.plan import plan
    from wattrag.store.completions import CompletionStore
    from wattrag.study.planners import planner_of, planning_model

    planner = planner_of(chosen.retriever, registry, "query plans")
    if planner is None:
        return None
    limits = chosen.generation
    entry = planning_model(planner.model, registry, "query plans")
    spending = Spending(store, f"plan {planner.model}", entry)
    concurrent, longest = limits.max_concurrent, limits.max_new_tokens
    model = chat_model(entry, planner.precision, concurrent, store)
    with CompletionStore(store) as replies:
        most = planner.planner_max_queries
        plans = plan(questions, model, replies, most, longest, spending=spending)
    return [planned.queries for planned in plans]
