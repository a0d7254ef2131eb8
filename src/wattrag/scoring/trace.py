"""What an experiment's own files tell of an answer beside its row: how it failed, what it saw."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from wattrag.retrieval.metrics import QuestionMetrics

Failure = Literal["call_failed", "unreadable", "not_read"]
"""As answer records call it; `not_read` is whatever else kept a reader from its work."""
_UNREADABLE = "UnreadableReplyError"


@dataclass(frozen=True)
class Trace:
    """The trace of one answer.

    Attributes:
        failure: what made it an error record; None for an answer.
        found: whether the attempts made had retrieved the gold evidence; None if gold cannot
            tell, or retrieval is not known.
    """

    failure: Failure | None = None
    found: bool | None = None


NO_TRACE = Trace()
"""Of a submission that was made elsewhere, or voted on."""


def traces(
    answers: Iterable[Mapping[str, Any]], retrieval: Sequence[QuestionMetrics] = ()
) -> dict[str, Trace]:
    """The trace of every question.

    Args:
        answers: rows of `answers.jsonl`.
        retrieval: how good the evidence was that they were answered from.
    """
    metrics = {judged.id: judged for judged in retrieval}
    return {row["id"]: Trace(_failure(row), _found(row, metrics.get(row["id"]))) for row in answers}


def failed(known: Mapping[str, Trace]) -> frozenset[str]:
    """Ids of the questions whose answer is an error record."""
    return frozenset(question for question, trace in known.items() if trace.failure)


def _failure(row: Mapping[str, Any]) -> Failure | None:
    if row["status"] != "error":
        return None
    kind: Failure | None = row.get("error_kind")
    if kind in get_args(Failure):
        return kind
    # Records of before `error_kind` name the exception in front of its text.
    return "unreadable" if str(row.get("error")).startswith(_UNREADABLE) else "call_failed"


def _found(row: Mapping[str, Any], judged: QuestionMetrics | None) -> bool | None:
    if judged is None or judged.found_by_attempt is None:
        return None
    return any(judged.found_by_attempt[: row["attempts"]])
