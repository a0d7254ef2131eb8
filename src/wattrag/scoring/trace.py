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
        raw_response: the last reply of a model, as it came.
        num_snippets: pieces of evidence that it was shown, in its last attempt.
        retry_count: attempts after the first.
        unshown_ref_id: cited documents of which nothing was shown.
        quote_node: the node that holds the quoted sentence.
        value_supported: whether the cited evidence holds the value.
    """

    failure: Failure | None = None
    found: bool | None = None
    raw_response: str | None = None
    num_snippets: int | None = None
    retry_count: int | None = None
    unshown_ref_id: tuple[str, ...] | None = None
    quote_node: str | None = None
    value_supported: bool | None = None


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
    return {row["id"]: _trace(row, metrics.get(row["id"])) for row in answers}


def _trace(row: Mapping[str, Any], judged: QuestionMetrics | None) -> Trace:
    tried, checks = row.get("tried"), row.get("checks")
    last, checked = tried[-1] if tried else {}, checks or {}
    return Trace(
        failure=_failure(row),
        found=_found(row, judged),
        raw_response=last.get("raw_response"),
        num_snippets=last.get("num_snippets"),
        retry_count=max(row["attempts"] - 1, 0),
        unshown_ref_id=tuple(checked["unshown_ref_id"]) if checks else None,
        quote_node=checked.get("quote_node"),
        value_supported=checked.get("value_supported"),
    )


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
