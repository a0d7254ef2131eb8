"""The seam between answering and what answers: a reader sees one question and one attempt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from wattrag.answering.records import Answer
from wattrag.errors import RunFailedError
from wattrag.hardware.energy import Energy
from wattrag.llm.usage import Usage
from wattrag.retrieval.records import Cited, Hit, Media, Retrieved, Snippet
from wattrag.store.asked import Message


class UnreadableReplyError(RunFailedError):
    """A model replied, but not in a form that holds an answer."""


@dataclass(frozen=True)
class Evidence:
    """What one deepening attempt shows to a reader."""

    attempt: int
    """From 0."""
    hits: tuple[Hit, ...]
    """Ranked nodes before expansion."""
    hit_texts: dict[str, str]
    """Text of every hit, by node id."""
    context: tuple[Snippet, ...]
    """The expanded text in rank order."""
    documents: dict[str, Cited]
    media: tuple[Snippet, ...] = ()
    """Captions of figures that are shown besides."""
    figures: tuple[Media, ...] = ()
    """All figures that the retriever shows, those with a caption in `context` too."""
    images: Mapping[str, bytes] = field(default_factory=dict)
    """Images of `media`, by node id, in the order of `media`; none where none are sent."""

    @classmethod
    def of(cls, retrieved: Retrieved, attempt: int) -> "Evidence":
        """The evidence of an attempt (from 0) of a question."""
        return cls(
            attempt=attempt,
            hits=retrieved.attempts[attempt].hits,
            hit_texts=retrieved.hit_texts,
            context=tuple(retrieved.context(attempt)),
            media=tuple(retrieved.captions(attempt)),
            figures=retrieved.attempts[attempt].media,
            documents=retrieved.documents,
        )

    @property
    def shown(self) -> tuple[Snippet, ...]:
        """All text in its order; a reader answers from nothing else."""
        return (*self.context, *self.media)


@dataclass
class AttemptLog:
    """What a reader notes of an attempt as it goes, so that a failure leaves what came before."""

    usage: Usage = field(default_factory=Usage)
    """Calls of a model."""
    shown: tuple[Snippet, ...] | None = None
    """What of the evidence was put to the model; None for all of it."""
    num_images: int = 0
    """Images that were put to the model."""
    messages: Sequence[Message] = ()
    """The last that were sent; none by readers without a model."""
    replies: list[str] = field(default_factory=list)
    """All replies, as they came."""
    prompt_seconds: float = 0.0
    """Fitting the evidence and writing the prompt."""
    generate_seconds: float = 0.0
    """Calls that brought replies, when they were made: stored ones are counted too."""
    parse_seconds: float = 0.0
    """From replies to an answer; all the time of readers without a model."""


class Reader(Protocol):
    """Answers from evidence alone.

    A reader keeps nothing between questions, many of which are read at a time. It raises if it
    could not do its work: a blank answer says that the evidence holds no answer, never that
    something went wrong.
    """

    async def read(self, question: str, unit: str, evidence: Evidence, log: AttemptLog) -> Answer:
        """The answer to `question`, a number in `unit` if one is asked for, or a blank answer.

        Args:
            question: as it stands in the question file.
            unit: of the answer; empty or `is_blank` for none.
            evidence: what may be read.
            log: of this attempt; what is done is noted in it.

        Raises:
            InputError: what is wrong would be so for every question.
            UnreadableReplyError: what a model replied holds no answer.
        """
        ...

    def energy(self) -> Energy:
        """What was used so far; unknown where nothing measures it."""
        ...

    async def close(self) -> None:
        """Let go of what was opened for reading."""
        ...
