"""Answering a question file: deepening over the attempts, errors kept apart from answers."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wattrag.answering.attempts import CITED, Attempted, attempt
from wattrag.answering.finish import finished_record
from wattrag.answering.reader import Reader
from wattrag.answering.records import AnswerRecord
from wattrag.errors import LimitReachedError
from wattrag.llm.running import run_to_end
from wattrag.retrieval.records import Retrieved


@dataclass(frozen=True)
class Answered:
    """A record, which is the same in every run, and what was done for it, which is not."""

    record: AnswerRecord
    attempts: tuple[Attempted, ...]


Finished = Callable[[Answered], None]


def answer_questions(
    retrieved: Sequence[Retrieved],
    reader: Reader,
    max_retries: int,
    finished: Finished | None = None,
) -> list[Answered]:
    """Answer all questions, each a coroutine of its own; the result is in the order given.

    Attempt n (from 0) sees the n-th, deeper, context; further attempts are made while the answer
    is blank or cites nothing that was shown, at most `max_retries` of them and as many as
    retrieval has prepared. The best answer is kept: one with a citation, else one without, else a
    blank one; of equals the first. A reader that raises makes an error record, whatever an
    earlier attempt said: the question has not been answered.

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
            attempts = await _deepen(question, reader, max_retries)
        except LimitReachedError as limit:  # not raised: the others' calls in flight are paid for
            reached.append(limit)
            return None
        answered = Answered(finished_record(question, attempts), attempts)
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


async def _deepen(retrieved: Retrieved, reader: Reader, max_retries: int) -> tuple[Attempted, ...]:
    made: list[Attempted] = []
    for number in range(min(max_retries + 1, len(retrieved.attempts))):
        made.append(await attempt(retrieved, number, reader))
        if made[-1].error is not None or made[-1].rank == CITED:
            break
    return tuple(made)
