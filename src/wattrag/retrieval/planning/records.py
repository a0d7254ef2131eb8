"""What planning hands to retrieval: one record per question (JSONL)."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from wattrag.datafiles.questions import Question
from wattrag.errors import InputError
from wattrag.files import read_jsonl


class QueryPlan(BaseModel):
    """The queries of one question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    question: str
    queries: tuple[str, ...]
    """What is searched for; the question itself comes first."""
    malformed: bool = False
    """The reply held no queries that could be read: the question is searched for alone."""
    reply: str | None = None
    """The model's reply as it came; None if nothing was asked."""


def read_queries(path: Path, questions: Sequence[Question]) -> list[tuple[str, ...]]:
    """The queries of each question from a file of plans; see `queries_of`."""
    return queries_of((QueryPlan(**row) for row in read_jsonl(path)), questions, str(path))


def queries_of(
    plans: Iterable[QueryPlan], questions: Sequence[Question], where: str
) -> list[tuple[str, ...]]:
    """The queries of each question, in the questions' order.

    Args:
        plans: of these questions, in any order.
        questions: what is searched for.
        where: the plans' file, for the message.

    Raises:
        InputError: a question has no plan, or one that was made for other words.
    """
    known: Mapping[str, QueryPlan] = {plan.id: plan for plan in plans}
    for question in questions:
        plan = known.get(question.id)
        if plan is None or plan.question != question.question:
            raise InputError(where, f"has no plan for question '{question.id}'", "make it again")
    return [known[question.id].queries for question in questions]
