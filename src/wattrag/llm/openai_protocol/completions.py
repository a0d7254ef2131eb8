"""Asking a server that speaks Chat Completions; `openai` and `openrouter` are built on it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING, Any

from wattrag.config.chat import CompletionsModel
from wattrag.errors import InputError, RunFailedError
from wattrag.llm.images import data_url, images_of
from wattrag.llm.limits import CallLimits
from wattrag.llm.openai_protocol.access import Access, read_access
from wattrag.llm.openai_protocol.replies import Refused, completion_of, failure_of
from wattrag.llm.retrying import PassingError, Patience, Slots, persistently
from wattrag.store.asked import Message, ModelKey, Request
from wattrag.store.completions import Completion

if TYPE_CHECKING:
    from wattrag.llm.openai_protocol.http_calls import HttpCalls

PATH = "/chat/completions"


@dataclass(frozen=True)
class Server:
    """Which server an entry means."""

    address: str | None
    """None: the environment's, or OpenAI's own."""
    key_variable: str
    request: Mapping[str, Any]
    """Fields that this server wants with each request."""


@dataclass(frozen=True)
class Opened:
    """What is open while a model is asked."""

    calls: "HttpCalls"
    access: Access
    slots: Slots

    @cached_property
    def url(self) -> str:
        """Where completions are asked for."""
        return self.access.address.rstrip("/") + PATH

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Of each call."""
        return {
            "Authorization": f"Bearer {self.access.key}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }


class CompletionsChat:
    """A model behind Chat Completions; it needs a key, and connects, when it is first asked."""

    def __init__(
        self, entry: CompletionsModel, key: ModelKey, server: Server, max_concurrent: int
    ) -> None:
        """Take a model's entry.

        Args:
            entry: of `models.yaml`.
            key: what determines its replies.
            server: where it is asked.
            max_concurrent: calls in flight at a time; 0 sets no limit.
        """
        self._entry, self._key, self._server = entry, key, server
        self._concurrent = max_concurrent
        self._patience = Patience(entry.max_retries, entry.base_retry_delay)
        self._opened: Opened | None = None
        self._where = f"model '{entry.model_id}'"

    @property
    def key(self) -> ModelKey:
        """Everything about this model that determines a reply."""
        return self._key

    async def complete(self, request: Request) -> Completion:
        """The reply to a conversation; see `wattrag.llm.chat.ChatModel`."""
        opened = self._open()
        reply, tries = await persistently(
            lambda: self._try(opened, self._body(request)), opened.slots, self._patience
        )
        return reply.model_copy(update={"tries": tries})

    async def close(self) -> None:
        """Let go of connections."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.calls.close()

    def _open(self) -> Opened:
        if self._opened is None:
            server = self._server
            access = read_access(self._where, server.address, server.key_variable)
            limits = CallLimits(silence=self._entry.timeout_seconds)
            self._opened = connect(self._where, access, limits, Slots(self._concurrent))
        return self._opened

    def _body(self, request: Request) -> Mapping[str, Any]:
        """Made when a call has its slot: written out, images are large."""
        return {**request_body(self._entry, request), **self._server.request}

    async def _try(self, opened: Opened, body: Mapping[str, Any]) -> Completion:
        started = perf_counter()
        reply = await self._post(opened, body)
        return completion_of(self._where, opened.access, reply, perf_counter() - started)

    async def _post(self, opened: Opened, body: Mapping[str, Any]) -> bytes:
        from aiohttp import ClientError

        from wattrag.llm.openai_protocol.http_calls import TooLargeError

        seconds = self._entry.timeout_seconds
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            async with asyncio.timeout(seconds):
                reply = await opened.calls.post(opened.url, opened.headers, content)
        except TimeoutError as error:  # aiohttp's is both, this and a `ClientError`
            raise PassingError(f"{self._where}: no reply within {seconds:g} s") from error
        except ClientError as error:
            reason = opened.access.shown(f"{type(error).__name__} {error}".strip())
            raise PassingError(f"{self._where}: the connection failed ({reason})") from error
        except TooLargeError as error:
            raise RunFailedError(f"{self._where}: {error}") from error
        if reply.status != HTTPStatus.OK:
            refused = Refused.of(reply.status, reply.headers, reply.body)
            raise failure_of(self._where, opened.access, refused)
        return reply.body


def request_body(entry: CompletionsModel, request: Request) -> dict[str, Any]:
    """The body of a call, the same for one that is made now and one in a batch."""
    body: dict[str, Any] = {
        "model": entry.model_id,
        "messages": [_message(message, request) for message in request.messages],
        entry.token_limit: request.max_new_tokens,
    }
    if entry.sends_temperature:
        body["temperature"] = request.temperature
    if entry.sends_seed:
        body["seed"] = request.run
    if request.schema is not None and entry.structured_output == "schema":
        form = {"name": "reply", "schema": dict(request.schema), "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": form}
    elif request.schema is not None and entry.structured_output == "json":
        body["response_format"] = {"type": "json_object"}
    return {**body, **entry.request}


def _message(message: Message, request: Request) -> Mapping[str, Any]:
    """A message as Chat Completions has it: text alone, or parts if there are images."""
    images = images_of(message, request)
    if not images:
        return message
    parts: list[dict[str, Any]] = [{"type": "text", "text": message["content"]}]
    parts += [{"type": "image_url", "image_url": {"url": data_url(data)}} for data in images]
    return {"role": message["role"], "content": parts}


def connect(where: str, access: Access, limits: CallLimits, slots: Slots) -> Opened:
    """Open what asking needs; nothing is sent yet.

    Calls are made without the `openai` package, which alone took a third of the processor time of a
    call.

    Raises:
        InputError: a package is missing.
    """
    try:
        from wattrag.llm.openai_protocol.http_calls import HttpCalls
    except ImportError as error:
        cure = "install the extra `wattrag[api]`"
        raise InputError(where, f"needs the package '{error.name}'", cure) from error
    return Opened(HttpCalls(limits), access, slots)
