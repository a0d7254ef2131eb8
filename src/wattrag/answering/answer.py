"""Answering a question file: deepening over the attempts, errors kept apart from answers."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from wattrag.answering.reader import Evidence, Reader
from wattrag.answering.records import Answer, AnswerRecord
from wattrag.errors import InputError, LimitReachedError
from wattrag.llm.running import run_to_end
from wattrag.llm.usage import Usage
from wattrag.retrieval.records import Retrieved


@dataclass(frozen=True)
class Answered:
    """A record, which is the same in every run, and what it took, which is not."""

    record: AnswerRecord
    read_seconds: tuple[float, ...]
    """Wall time of each attempt made; questions are read side by side."""
    usage: Usage
    """Calls of a model, over all attempts."""


Finished = Callable[[Answered], None]


def answer_questions(
    retrieved: Sequence[Retrieved],
    reader: Reader,
    max_retries: int,
    finished: Finished | None = None,
) -> list[Answered]:
    """Answer all questions, each a coroutine of its own; the result is in the order given.

    Attempt n (from 0) sees the n-th, deeper, context; further attempts are made while the answer
    is blank, at most `max_retries` of them and as many as retrieval has prepared. The first
    answer that is not blank is kept, or else the first blank one. A reader that raises makes an
    error record, whatever an earlier attempt said: the question has not been answered.

    Args:
        retrieved: questions with their evidence.
        reader: answers; it is closed at the end.
        max_retries: attempts after the first.
        finished: called with each question's result as soon as it is there.

    Raises:
        InputError: the reader says that no question can be answered.
        LimitReachedError: a ceiling of the study is reached; what was in flight is stored.
    """
    return run_to_end(_answer_all(retrieved, reader, max_retries, finished))


async def _answer_all(
    retrieved: Sequence[Retrieved], reader: Reader, max_retries: int, finished: Finished | None
) -> list[Answered]:
    reached: list[LimitReachedError] = []

    async def one(question: Retrieved) -> Answered | None:
        try:
            answered = await _answer(question, reader, max_retries)
        except LimitReachedError as limit:  # not raised: the others' calls in flight are paid for
            reached.append(limit)
            return None
        if finished is not None:
            finished(answered)
        return answered

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(question)) for question in retrieved]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    finally:
        await reader.close()
    found = [answered for task in tasks if (answered := task.result()) is not None]
    if reached:
        done = sum(answered.record.status == "ok" for answered in found)
        progress = f"{done} of {len(tasks)} questions are answered and stored"
        raise reached[0].after(progress)
    return found


async def _answer(retrieved: Retrieved, reader: Reader, max_retries: int) -> Answered:
    kept: Answer | None = None
    error: str | None = None
    seconds: list[float] = []
    usage = Usage()
    for attempt in range(min(max_retries + 1, len(retrieved.attempts))):
        started = perf_counter()
        evidence = Evidence.of(retrieved, attempt)
        try:
            answer = await reader.read(retrieved.question, retrieved.answer_unit, evidence, usage)
        except (InputError, LimitReachedError):
            raise
        except Exception as failure:  # noqa: BLE001  # whatever a reader meets is this question's
            kept, error = None, f"{type(failure).__name__}: {failure}"
        seconds.append(perf_counter() - started)
        if error is not None:
            break
        kept = kept if kept is not None and answer.is_blank else answer
        if not answer.is_blank:
            break
    record = _record(retrieved, kept, error, len(seconds))
    return Answered(record, tuple(seconds), usage)


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
