"""Planning: one greedy call for each question, what succeeded kept whatever fails."""

import asyncio
import logging
from collections.abc import Sequence

from wattrag.datafiles.questions import Question
from wattrag.errors import LimitReachedError, RunFailedError
from wattrag.llm.chat import ChatModel
from wattrag.llm.running import run_to_end
from wattrag.llm.spending import Spending
from wattrag.llm.stored import StoredChat
from wattrag.retrieval.planning.prompt import planning_messages
from wattrag.retrieval.planning.records import QueryPlan
from wattrag.retrieval.planning.replies import SCHEMA, further_queries, read_reply
from wattrag.store.asked import Request
from wattrag.store.completions import CompletionStore

GREEDY = 0.0

_log = logging.getLogger(__name__)


def plan(
    questions: Sequence[Question],
    model: ChatModel,
    store: CompletionStore,
    max_queries: int,
    max_new_tokens: int,
    *,
    spending: Spending | None = None,
) -> list[QueryPlan]:
    """The queries of each question, in the questions' order.

    Args:
        questions: each is asked about once; equal words are one call.
        model: writes the queries.
        store: known replies; a new one is on the disk as soon as it has come.
        max_queries: per question, the question itself, which is always first, among them; with 1
            nothing is asked.
        max_new_tokens: length of a reply.
        spending: what the job spends, and may spend; None: nobody counts.

    Raises:
        InputError: what is wrong with the model would be so for every question.
        LimitReachedError: a ceiling of the study is reached; what was in flight is stored.
        RunFailedError: calls failed for good; all others were made and are in the store.
    """
    if max_queries == 1:
        return [QueryPlan(id=q.id, question=q.question, queries=(q.question,)) for q in questions]
    chat = StoredChat(model, store, spending=spending)
    return run_to_end(_plan_all(questions, chat, max_queries, max_new_tokens))


async def _plan_all(
    questions: Sequence[Question], chat: StoredChat, max_queries: int, max_new_tokens: int
) -> list[QueryPlan]:
    failed: dict[str, RunFailedError] = {}

    async def one(question: Question) -> QueryPlan | None:
        try:
            messages = planning_messages(question.question, max_queries - 1)
            request = Request(messages, max_new_tokens, GREEDY, schema=SCHEMA)
            reply = await chat.complete(request)
        except RunFailedError as error:
            failed[question.id] = error
            return None
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
    return plans


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
