"""Provider `openai`: any server that speaks Chat Completions, OpenAI's own or another."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, ValidationError

from wattrag.config.models import OpenAIModel
from wattrag.errors import InputError, RunFailedError, WattragError
from wattrag.llm.limits import DEFAULT_LIMITS, CallLimits
from wattrag.llm.openai_access import Access, read_access
from wattrag.store.asked import Message, ModelKey
from wattrag.store.completions import Completion

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

_WRONG_FOR_ALL = {
    401: "check OPENAI_API_KEY",
    403: "check what the key may use",
    404: "check `model_id` and the address",
}
"""Statuses that every further question would meet too, with their cures."""


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Reply(BaseModel):
    """What is read of a reply; other servers leave out or add fields beside these."""

    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


@dataclass(frozen=True)
class _Opened:
    client: "AsyncOpenAI"
    access: Access
    slots: AbstractAsyncContextManager[Any]


class OpenAIChat:
    """A model behind Chat Completions; it needs a key, and connects, when it is first asked."""

    def __init__(
        self, entry: OpenAIModel, max_concurrent: int = 0, limits: CallLimits = DEFAULT_LIMITS
    ) -> None:
        """Take a model's entry.

        Args:
            entry: of `models.yaml`; its own `max_concurrent` comes first.
            max_concurrent: calls in flight at a time; 0 sets no limit.
            limits: what one call may take.
        """
        self._entry, self._limits = entry, limits
        self._concurrent = entry.max_concurrent or max_concurrent
        self._opened: _Opened | None = None
        self._where = f"model '{entry.model_id}'"

    @property
    def key(self) -> ModelKey:
        """Everything about this model that determines a reply."""
        entry = self._entry
        engine = {"base_url": entry.base_url}
        return ModelKey(entry.provider, entry.model_id, None, entry.precisions[0], engine)

    async def complete(
        self, messages: Sequence[Message], *, max_new_tokens: int, temperature: float
    ) -> Completion:
        """The reply to a conversation; see `wattrag.llm.chat.ChatModel`."""
        opened = self._open()
        async with opened.slots:
            started = perf_counter()
            body = await self._post(
                opened,
                model=self._entry.model_id,
                messages=messages,
                max_tokens=max_new_tokens,
                temperature=temperature,
            )
            return self._completion(opened.access, body, perf_counter() - started)

    async def close(self) -> None:
        """Let go of connections."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.client.close()

    def _open(self) -> _Opened:
        if self._opened is None:
            access = read_access(self._where, self._entry.base_url)
            slots = asyncio.Semaphore(self._concurrent) if self._concurrent else nullcontext()
            self._opened = _Opened(self._connect(access), access, slots)
        return self._opened

    def _connect(self, access: Access) -> "AsyncOpenAI":
        try:
            from openai import AsyncOpenAI

            from wattrag.llm.openai_http import BoundedClient
        except ImportError as error:
            cure = "install the extra `wattrag[api]`"
            raise InputError(self._where, f"needs the package '{error.name}'", cure) from error
        return AsyncOpenAI(
            api_key=access.key,
            base_url=access.address,
            max_retries=self._limits.retries,
            http_client=BoundedClient(self._limits),
        )

    async def _post(self, opened: _Opened, **request: Any) -> bytes:
        import openai

        create = opened.client.chat.completions.with_raw_response.create
        seconds = self._limits.seconds
        try:
            async with asyncio.timeout(seconds):
                body: bytes = (await create(**request)).content
                return body
        except openai.APIStatusError as error:
            raise self._refusal(opened.access, error) from error
        except openai.OpenAIError as error:
            reason = f"{error} {error.__cause__ or ''}".strip()
            raise RunFailedError(f"{self._where}: {opened.access.shown(reason)}") from error
        except TimeoutError as error:
            raise RunFailedError(f"{self._where}: no reply within {seconds:g} s") from error

    def _refusal(self, access: Access, error: "APIStatusError") -> WattragError:
        status, words = error.status_code, access.shown(error.message)
        if status in _WRONG_FOR_ALL:
            return InputError(self._where, f"the server refuses ({words})", _WRONG_FOR_ALL[status])
        return RunFailedError(f"{self._where}: the call failed ({words})")

    def _completion(self, access: Access, body: bytes, seconds: float) -> Completion:
        try:
            reply = _Reply.model_validate_json(body)
        except ValidationError as error:
            raise RunFailedError(f"{self._where}: the server sent no chat completion") from error
        first, usage = reply.choices[0], reply.usage or _Usage()
        return Completion(
            text=access.hidden(first.message.content or ""),
            finish_reason=first.finish_reason,
            input_tokens=usage.prompt_tokens,
            output_tokens=usage.completion_tokens,
            seconds=seconds,
        )
