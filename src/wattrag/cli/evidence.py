"""Retrieval for the commands that ask: index, models and store found from their options."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wattrag.config.settings import Retriever
    from wattrag.datafiles.questions import Question
    from wattrag.retrieval.records import Retrieved


def find_evidence(
    index: Path, questions: "Sequence[Question]", retriever: "Retriever", depth: int, store: Path
) -> "list[Retrieved]":
    """Evidence for questions, with the embedder that the index was built with.

    Args:
        index: the index's folder.
        questions: searched in one batch.
        retriever: its settings; the index they name is not looked at.
        depth: deepest attempt, from 0.
        store: folder of the stores, for the questions' vectors.

    Raises:
        InputError: a bad index, or one of an embedder that is not declared; no such
            cross-encoder.
    """
    from wattrag.index.read import open_index
    from wattrag.llm.cross_encoder import declared_reranker
    from wattrag.llm.embedding import embedder_of_index
    from wattrag.retrieval.retrieve import retrieve
    from wattrag.store.vectors import VectorStore
    from wattrag.study.load import declared_models

    opened, crossed, reranker = open_index(index), retriever.cross_encoder, None
    if crossed is not None:
        reranker = declared_reranker(declared_models(), crossed, "cross_encoder")
    if retriever.dense_weight == 0:
        return retrieve(opened, questions, retriever, depth, None, None, reranker)
    embedder = embedder_of_index(declared_models(), opened.manifest.embedder)
    with VectorStore(store) as vectors:
        return retrieve(opened, questions, retriever, depth, embedder, vectors, reranker)
