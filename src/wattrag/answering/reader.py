"""The seam between answering and what answers: a reader sees one question and one attempt."""

from dataclasses import dataclass
from typing import Protocol

from wattrag.answering.records import Answer
from wattrag.llm.usage import Usage
from wattrag.retrieval.records import Cited, Hit, Retrieved, Snippet


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
    """The expanded text in rank order, then captions; a reader answers from nothing else."""
    documents: dict[str, Cited]

    @classmethod
    def of(cls, retrieved: Retrieved, attempt: int) -> "Evidence":
        """The evidence of an attempt (from 0) of a question."""
        return cls(
            attempt=attempt,
            hits=retrieved.attempts[attempt].hits,
            hit_texts=retrieved.hit_texts,
            context=(*retrieved.context(attempt), *retrieved.captions(attempt)),
            documents=retrieved.documents,
        )


class Reader(Protocol):
    """Answers from evidence alone.

    A reader keeps nothing between questions, many of which are read at a time. It raises if it
    could not do its work: a blank answer says that the evidence holds no answer, never that
    something went wrong.
    """

    async def read(self, question: str, unit: str, evidence: Evidence, usage: Usage) -> Answer:
        """The answer to `question`, a number in `unit` if one is asked for, or a blank answer.

        Args:
            question: as it stands in the question file.
            unit: of the answer; empty or `is_blank` for none.
            evidence: what may be read.
            usage: of this question; the calls of a model are counted in it.

        Raises:
            InputError: what is wrong would be so for every question.
        """
        ...

    async def close(self) -> None:
        """Let go of what was opened for reading."""
        ...
