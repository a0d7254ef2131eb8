"""What retrieval hands to readers: ranked hits and context, one record per question (JSONL)."""

from typing import Any, Literal

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


class Media(_Record):
    """A figure shown beside the context."""

    node_id: str
    document_id: str
    caption: str
    """What is said of it, its labels too; empty where that is nothing."""
    found_by: Literal["section", "caption"]
    """`section`: a hit lies in its section; `caption`: its caption is near to a query."""
    score: float | None = None
    """Best cosine of the caption over the queries; null for a section's figure."""
    metadata: dict[str, Any] = Field(default_factory=dict)
    """Of the node: `page` and `bbox` where known."""

    def snippet(self, text: str) -> Snippet:
        """What is shown of it in words."""
        return Snippet(
            node_id=self.node_id,
            document_id=self.document_id,
            text=text,
            metadata={**self.metadata, "attachment_type": "image"},
        )


class Attempt(_Record):
    """One deepening attempt (from 0): its cuts, hits and expanded context."""

    attempt: int
    top_k: int
    top_k_final: int | None
    hits: tuple[Hit, ...]
    context: tuple[str, ...]
    """Keys of `Retrieved.snippets`, in order."""
    media: tuple[Media, ...] = Field(default=(), exclude_if=lambda media: not media)
    """Figures shown besides; written only if there are some."""


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

    def captions(self, attempt: int) -> list[Snippet]:
        """The captions of an attempt's figures that its context does not show, in order."""
        seen = {text for snippet in self.context(attempt) for text in snippet.text.split("\n")}
        return [
            media.snippet(media.caption)
            for media in self.attempts[attempt].media
            if media.caption and media.caption not in seen
        ]
