"""What `wattrag debug` tells of a question, as JSON; the keys are documented in docs/preview.md."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from wattrag.answering.checks import checks

if TYPE_CHECKING:
    from wattrag.answering.answer import Answered
    from wattrag.answering.attempts import Attempted
    from wattrag.answering.records import AnswerRecord
    from wattrag.retrieval.records import Retrieved


def debug_record(retrieved: "Retrieved", answered: "Answered") -> dict[str, Any]:
    """One question: what was searched for, every attempt, and what was kept of them."""
    record = answered.record
    kept = _kept(record, answered.attempts)
    return {
        "id": record.id,
        "question": record.question,
        "answer_unit": record.answer_unit,
        "status": record.status,
        "error": record.error,
        "error_kind": record.error_kind,
        "queries": list(retrieved.queries),
        "kept_attempt": kept,
        "ref_url": list(record.ref_url),
        "supporting_materials": record.supporting_materials,
        "attempts": [_attempt(retrieved, made) for made in answered.attempts],
    }


def _kept(record: "AnswerRecord", attempts: "Sequence[Attempted]") -> int | None:
    """Number of the attempt whose answer was kept; None after an error."""
    if record.answer is None:
        return None
    return next(made.evidence.attempt for made in attempts if made.answer == record.answer)


def _attempt(retrieved: "Retrieved", made: "Attempted") -> dict[str, Any]:
    log, cuts = made.log, retrieved.attempts[made.evidence.attempt]
    usage, answer = log.usage, made.answer
    checked = None
    if answer is not None and not answer.is_blank:
        checked = checks(answer, retrieved.answer_unit, made.shown).model_dump()
    return {
        "attempt": cuts.attempt,
        "top_k": cuts.top_k,
        "top_k_final": cuts.top_k_final,
        "hits": len(cuts.hits),
        "shown": [
            {
                "node_id": snippet.node_id,
                "document_id": snippet.document_id,
                "page": snippet.metadata.get("page"),
                "text": snippet.text,
            }
            for snippet in made.shown
        ],
        "messages": [dict(message) for message in log.messages],
        "replies": list(log.replies),
        "from_store": _from_store(usage.calls, usage.reused),
        "answer": answer and answer.model_dump(mode="json"),
        "error": made.error,
        "error_kind": made.error_kind,
        "checks": checked,
        "usage": asdict(usage),
        "seconds": {
            "wall": made.seconds,
            "prompt": log.prompt_seconds,
            "generate": log.generate_seconds,
            "parse": log.parse_seconds,
        },
    }


def _from_store(calls: int, reused: int) -> bool | None:
    """Whether all replies came from the store; None without any, and if only some did."""
    return None if (calls == 0) == (reused == 0) else calls == 0
