"""From the attempts at a question to its record: the best answer, its citations, its checks."""

from collections.abc import Sequence

from wattrag.answering.attempts import Attempted
from wattrag.answering.checks import checks
from wattrag.answering.records import Answer, AnswerRecord, Checks
from wattrag.retrieval.records import Retrieved

NO_EVIDENCE = "nothing was retrieved: no attempt to answer from"


def finished_record(retrieved: Retrieved, attempts: Sequence[Attempted]) -> AnswerRecord:
    """The record of a question; an error in its last attempt leaves no answer."""
    answer, checked, error = None, None, NO_EVIDENCE if not attempts else attempts[-1].error
    if error is None:
        best = max(attempts, key=lambda made: made.rank)  # the first of equals
        answer = best.answer
        if answer is not None and not answer.is_blank:
            checked = checks(answer, retrieved.answer_unit, best.shown)
    kind = None if error is None else attempts[-1].error_kind if attempts else "not_read"
    return AnswerRecord(
        id=retrieved.id,
        question=retrieved.question,
        answer_unit=retrieved.answer_unit,
        status="ok" if answer is not None else "error",
        answer=answer,
        error=error,
        error_kind=kind,
        attempts=len(attempts),
        tried=tuple(made.tried(retrieved) for made in attempts),
        ref_url=_urls(retrieved, answer),
        supporting_materials=_supporting(retrieved, answer, checked),
        checks=checked,
    )


def _urls(retrieved: Retrieved, answer: Answer | None) -> tuple[str, ...]:
    known = retrieved.documents
    return tuple(known[r].url if r in known else "" for r in (answer.ref_id if answer else ()))


def _supporting(retrieved: Retrieved, answer: Answer | None, checked: Checks | None) -> str:
    """The quoted sentence and its page; without one, what the sheet says of the documents."""
    if answer is None or answer.is_blank:
        return ""
    if answer.supporting_materials:
        page = checked.quote_page if checked is not None else None
        return answer.supporting_materials + (f" (page {page})" if page is not None else "")
    cited = [retrieved.documents[r] for r in answer.ref_id if r in retrieved.documents]
    return " | ".join(c.citation or c.title for c in cited if c.citation or c.title)
