"""Planning: one greedy call for each question, what succeeded kept whatever fails."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wattrag.datafiles.questions import Question
from wattrag.errors import LimitReachedError, RunFailedError
from wattrag.llm.running import run_to_end
from wattrag.llm.stored import StoredChat
from wattrag.llm.usage import Usage
from wattrag.retrieval.planning.prompt import planning_messages
from wattrag.retrieval.planning.records import QueryPlan
from wattrag.retrieval.planning.replies import SCHEMA, further_queries, read_reply
from wattrag.store.asked import Request

GREEDY = 0.0


@dataclass(frozen=True)
class Planned:
    """Plans, which are the same in every run, and what they took, which is not."""

    plans: list[QueryPlan]
    usage: dict[str, Any]


_log = logging.getLogger(__name__)


def plan(
    questions: Sequence[Question],
    chat: StoredChat,
    max_queries: int,
    max_new_tokens: int,
) -> Planned:
    """The queries of each question, in the questions' order.

    Args:
        questions: each is asked about once; equal words are one call.
        chat: writes the queries; it is closed at the end.
        max_queries: per question, the question itself, which is always first, among them; with 1
            nothing is asked.
        max_new_tokens: length of a reply.

    Raises:
        InputError: what is wrong with the model would be so for every question.
        LimitReachedError: a ceiling of the study is reached; what was in flight is stored.
        RunFailedError: calls failed for good; all others were made and are in the store.
    """
    if max_queries == 1:
        alone = [QueryPlan(id=q.id, question=q.question, queries=(q.question,)) for q in questions]
        return Planned(alone, _taken(Usage(), len(questions), 0.0))
    return run_to_end(_plan_all(questions, chat, max_queries, max_new_tokens))


async def _plan_all(
    questions: Sequence[Question], chat: StoredChat, max_queries: int, max_new_tokens: int
) -> Planned:
    failed: dict[str, RunFailedError] = {}
    seconds: list[float] = []

    async def one(question: Question) -> QueryPlan | None:
        try:
            messages = planning_messages(question.question, max_queries - 1)
            request = Request(messages, max_new_tokens, GREEDY, schema=SCHEMA)
            reply = await chat.complete(request)
        except RunFailedError as error:
            failed[question.id] = error
            return None
        seconds.append(reply.seconds)
        return _plan_from(question, reply.text, max_queries)

    tasks = [asyncio.ensure_future(one(question)) for question in questions]
    try:
        plans = [found for found in await asyncio.gather(*tasks) if found is not None]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await chat.close()
    _tell(plans, chat)
    reached = [e for e in failed.values() if isinstance(e, LimitReachedError)]
    if reached:
        raise reached[0].after(f"{len(plans)} of {len(questions)} questions are planned and stored")
    if failed:
        name = next(question.id for question in questions if question.id in failed)
        problem = f"{len(failed)} of {len(questions)} questions have no plan"
        raise RunFailedError(f"{problem}, the first is {name}: {failed[name]}")
    return Planned(plans, _taken(chat.usage, len(plans), sum(seconds)))


def _taken(used: Usage, count: int, seconds: float) -> dict[str, Any]:
    """`usage.json`: the time of stored replies is that of the calls that brought them."""
    return {
        "num_questions": count,
        "calls": used.calls,
        "reused": used.reused,
        "call_seconds": seconds,
        "input_tokens": used.input_tokens,
        "output_tokens": used.output_tokens,
        "estimated_cost_usd": used.cost_usd,
    }


def _plan_from(question: Question, reply: str, max_queries: int) -> QueryPlan:
    found = read_reply(reply)
    more = further_queries(found or (), question.question, max_queries - 1)
    return QueryPlan(
        id=question.id,
        question=question.question,
        queries=(question.question, *more),
        malformed=found is None,
        reply=reply,
    )


def _tell(plans: Sequence[QueryPlan], chat: StoredChat) -> None:
    """Log counts: how replies came out, and what they took."""
    used = chat.usage
    _log.info(
        "planned %d questions, %d replies malformed; %d calls, %d replies from the store; "
        "tokens: %s in, %s out",
        len(plans),
        sum(plan.malformed for plan in plans),
        used.calls,
        used.reused,
        used.input_tokens,
        used.output_tokens,
    )
