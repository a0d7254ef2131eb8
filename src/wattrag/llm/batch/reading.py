"""Reading batches: what a batch that has ended says of each of its requests."""

import asyncio
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from wattrag.errors import InputError, RunFailedError, WattragError
from wattrag.llm.batch.files import Opened, keep_unanswered
from wattrag.llm.batch.server import BatchServer, Problem, ServerBatch
from wattrag.llm.openai_protocol.access import Access
from wattrag.llm.openai_protocol.replies import Refused, completion_of, failure_of
from wattrag.llm.retrying import PassingError
from wattrag.store.batches import StoredBatch
from wattrag.store.completions import Completion

_log = logging.getLogger(__name__)
_FINAL = {"completed", "failed", "expired", "cancelled"}
_OK = 200
_WRONG_FOR_ALL = {
    "model_not_found": "check `model_id`",
    "does not exist": "check `model_id`",
    "not supported": "check `model_id`, or leave out `batch`",
    "token_limit": "wait until other batches are done, then run again",
    "billing": "see what the account is owed",
    "quota": "see what the account is owed",
}
"""What a server says of a batch that it does not take, with the cures."""
Outcome = Completion | WattragError


@dataclass(frozen=True)
class Ended:
    """A batch that has ended."""

    outcomes: dict[str, Outcome]
    """For each of its requests, the reply or why there is none."""
    was_over: bool
    """It had ended when it was first looked at."""


async def read_batch(opened: Opened, batch: StoredBatch) -> Ended:
    """Wait until a batch has ended, read it, and keep which requests it left without a reply.

    Raises:
        InputError: the server does not know it.
        RunFailedError: it has not ended in time, or its replies are not there yet.
    """
    state, looks = await _final(opened, batch)
    told = await _told(opened, batch, state)
    names = batch.custom_ids
    outcomes = {name: told.get(name) or _no_reply(opened.server, state) for name in names}
    lacking = [name for name in names if not isinstance(outcomes[name], Completion)]
    keep_unanswered(opened, batch, lacking)
    return Ended(outcomes, looks == 1)


class _Line(BaseModel):
    custom_id: str
    response: Any = None
    error: Any = None


class _Response(BaseModel):
    status_code: int
    body: Any = None


class _Refusal(BaseModel):
    error: Problem


async def _final(opened: Opened, batch: StoredBatch) -> tuple[ServerBatch, int]:
    """The batch when it has ended, and how often it was seen until then."""
    where, looks, batch_id = opened.server.where, 0, batch.batch_id or ""
    while True:
        try:
            state = await opened.server.state(batch_id)
        except PassingError as error:
            _log.info("batch %s: %s; looking again later", batch_id, error)
        else:
            looks += 1
            if state is None:
                cure = f"set the key that it was sent with, or `wattrag batch cancel {batch_id}`"
                raise InputError(where, f"the server knows no batch {batch_id}", cure)
            if state.status in _FINAL:
                return state, looks
        if time.time() > batch.created + opened.pace.longest:
            raise RunFailedError(f"{where}: batch {batch_id} has not ended in time")
        await asyncio.sleep(opened.pace.poll)


async def _told(opened: Opened, batch: StoredBatch, state: ServerBatch) -> dict[str, Outcome]:
    """What the batch's files say, by request; of two lines for a request the first counts."""
    server, outcomes = opened.server, dict[str, Outcome]()
    for file_id in filter(None, (state.output_file_id, state.error_file_id)):
        content = await server.content(file_id)
        if content is None and time.time() < batch.created + opened.pace.longest:
            # Files are kept for weeks: this one is still to come.
            raise RunFailedError(f"{server.where}: file {file_id} is not there; run again")
        for name, outcome in _replies_in(server.where, server.access, content or b""):
            outcomes.setdefault(name, outcome)
    return outcomes


def _replies_in(where: str, access: Access, content: bytes) -> Iterator[tuple[str, Outcome]]:
    """What a file of replies or of errors says, by request; lines that say nothing are left out."""
    for text in content.split(b"\n"):
        try:
            line = _Line.model_validate(json.loads(text))
        except (ValueError, RecursionError):
            continue
        try:
            yield line.custom_id, _outcome(where, access, line)
        except WattragError as error:
            yield line.custom_id, error
        except (ValueError, RecursionError):
            yield line.custom_id, RunFailedError(f"{where}: the batch's reply cannot be read")


def _outcome(where: str, access: Access, line: _Line) -> Outcome:
    if line.response is None:
        problem = Problem.model_validate(line.error)
        shown = access.shown(f"{problem.code}: {problem.message}")
        return RunFailedError(f"{where}: the batch brought no reply ({shown})")
    response = _Response.model_validate(line.response)
    if response.status_code == _OK:
        # The time is the batch's, shared by all its calls and spent waiting: none is this call's.
        reply = completion_of(where, access, json.dumps(response.body).encode(), seconds=0)
        return reply.model_copy(update={"batch": True})
    try:
        problem = _Refusal.model_validate(response.body).error
    except ValidationError:
        problem = Problem(message=json.dumps(response.body))
    words = f"{problem.message} {problem.code or ''}".strip()
    return failure_of(where, access, Refused(response.status_code, words, {}))


def _no_reply(server: BatchServer, state: ServerBatch) -> WattragError:
    """Why a request has no line in the batch's files."""
    found = (state.errors and state.errors.data) or []
    said = "; ".join(f"{each.code}: {each.message}" for each in found[:3])
    problems = server.access.shown(said)
    said = f"batch {state.id} is {state.status}" + (f" ({problems})" if problems else "")
    if state.status == "failed":
        for mark, cure in _WRONG_FOR_ALL.items():
            if mark in problems.lower():
                return InputError(server.where, said, cure)
    return RunFailedError(f"{server.where}: {said}, without a reply to this; run again")
