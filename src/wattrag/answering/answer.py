"""Answering a question file: deepening over the attempts, errors kept apart from answers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from wattrag.answering.reader import Evidence, Reader
from wattrag.answering.records import Answer, AnswerRecord
from wattrag.retrieval.records import Retrieved


@dataclass(frozen=True)
class Answered:
    """A record, which is the same in every run, and its seconds, which are not."""

    record: AnswerRecord
    read_seconds: tuple[float, ...]
    """Wall time of each attempt made."""


def answer_questions(
    retrieved: Sequence[Retrieved], reader: Reader, max_retries: int
) -> list[AnswerRecord]:
    """One record per question, in the order given; see `answer_each`."""
    return [answered.record for answered in answer_each(retrieved, reader, max_retries)]


def answer_each(
    retrieved: Iterable[Retrieved], reader: Reader, max_retries: int
) -> Iterator[Answered]:
    """Answer questions one by one, each as soon as it is asked for.

    Attempt n (from 0) sees the n-th, deeper, context; further attempts are made while the answer
    is blank, at most `max_retries` of them and as many as retrieval has prepared. The first
    answer that is not blank is kept, or else the first blank one. A reader that raises makes an
    error record, whatever an earlier attempt said: the question has not been answered.
    """
    for one in retrieved:
        yield _answer(one, reader, max_retries)


def _answer(retrieved: Retrieved, reader: Reader, max_retries: int) -> Answered:
    kept: Answer | None = None
    error: str | None = None
    seconds: list[float] = []
    for attempt in range(min(max_retries + 1, len(retrieved.attempts))):
        started = perf_counter()
        try:
            answer = reader.read(
                retrieved.question, retrieved.answer_unit, Evidence.of(retrieved, attempt)
            )
        except Exception as failure:  # noqa: BLE001  # whatever a reader meets is this question's
            kept, error = None, f"{type(failure).__name__}: {failure}"
        seconds.append(perf_counter() - started)
        if error is not None:
            break
        kept = kept if kept is not None and answer.is_blank else answer
        if not answer.is_blank:
            break
    return Answered(_record(retrieved, kept, error, len(seconds)), tuple(seconds))


def _record(
    retrieved: Retrieved, answer: Answer | None, error: str | None, attempts: int
) -> AnswerRecord:
    if answer is None and error is None:
        error = "nothing was retrieved: no attempt to answer from"
    return AnswerRecord(
        id=retrieved.id,
        question=retrieved.question,
        answer_unit=retrieved.answer_unit,
        status="ok" if answer is not None else "error",
        answer=answer,
        error=error,
        attempts=attempts,
        ref_url=_urls(retrieved, answer.ref_id) if answer is not None else (),
    )


def _urls(retrieved: Retrieved, ref_id: Sequence[str]) -> tuple[str, ...]:
    known = retrieved.documents
    return tuple(known[ref].url if ref in known else "" for ref in ref_id)
