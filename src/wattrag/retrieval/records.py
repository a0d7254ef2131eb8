"""What retrieval hands to readers: ranked hits and context, one record per question (JSONL)."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from wattrag.corpus.tree import Kind


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scores(_Record):
    """The score of each step; null where the step did not see the node."""

    dense: float | None = None
    """Best cosine over the queries."""
    lexical: float | None = None
    """Best BM25 score over the queries."""
    fused: float | None = None
    rerank: float | None = None
    cross_encoder: float | None = Field(default=None, exclude_if=lambda score: score is None)
    """Of question and text read together; written only if the retriever has a cross-encoder."""


class Hit(_Record):
    """A ranked node before expansion; `rank` counts from 1."""

    rank: int
    node_id: str
    document_id: str
    kind: Kind
    score: float
    scores: Scores


class Snippet(_Record):
    """A piece of context shown to the reader, in rank order of the hit it was expanded from."""

    node_id: str
    document_id: str
    text: str
    metadata: dict[str, Any] = Field(default_factory=dict)
    """Of the node: `page`, `bbox`, `role`, `attachment_type` where known."""


class Attempt(_Record):
    """One deepening attempt (from 0): its cuts, hits and expanded context."""

    attempt: int
    top_k: int
    top_k_final: int | None
    hits: tuple[Hit, ...]
    context: tuple[str, ...]
    """Keys of `Retrieved.snippets`, in order."""


class Cited(_Record):
    """What is known of a document that appears in the context."""

    title: str
    url: str = ""
    citation: str = ""


class Retrieved(_Record):
    """All evidence of one question; attempts share the snippets they have in common."""

    id: str
    question: str
    answer_unit: str = ""
    queries: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    snippets: dict[str, Snippet]
    hit_texts: dict[str, str]
    """Text of every node in `hits`, by node id."""
    documents: dict[str, Cited]

    def context(self, attempt: int) -> list[Snippet]:
        """The snippets of an attempt, in order."""
        return [self.snippets[key] for key in self.attempts[attempt].context]
