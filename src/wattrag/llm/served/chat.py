"""`serve` of provider `openai`: a server that the job starts, asks and ends."""

import asyncio
import logging
import os
import secrets
from collections.abc import Mapping
from time import perf_counter
from typing import Any

from wattrag.config.chat import OpenAIModel
from wattrag.errors import RunFailedError, WattragError
from wattrag.hardware.lease import hold_gpus
from wattrag.llm.limits import CallLimits
from wattrag.llm.openai_protocol.access import Access
from wattrag.llm.openai_protocol.completions import CompletionsChat, Opened, Server, connect
from wattrag.llm.retrying import PassingError, Slots
from wattrag.llm.served.commands import SAMPLING, launch_of
from wattrag.llm.served.process import HOST, ServerProcess, start_server
from wattrag.store.asked import ModelKey, Request
from wattrag.store.completions import Completion

_log = logging.getLogger(__name__)
_NOTICED = 1.0
"""Seconds that a broken call waits for its server's end to show."""


class ServedChat:
    """A model behind a server of the job's own, which is started when it is first asked.

    The server listens on this machine only and wants a key that is made for it, so that other
    users of the machine cannot ask it. It ends with this process, however this process ends. One
    that could not be started is not started again before `close`.
    """

    def __init__(self, entry: OpenAIModel, key: ModelKey, max_concurrent: int) -> None:
        """Take a model's entry.

        Args:
            entry: of `models.yaml`, with `serve`.
            key: what determines its replies.
            max_concurrent: calls in flight at a time; 0 sets no limit.
        """
        self._entry, self._key, self._concurrent = entry, key, max_concurrent
        self._starting = asyncio.Lock()
        self._model: _StartedChat | None = None
        self._failure: WattragError | None = None

    @property
    def key(self) -> ModelKey:
        """Everything about this model that determines a reply."""
        return self._key

    async def complete(self, request: Request) -> Completion:
        """The reply to a conversation; see `wattrag.llm.chat.ChatModel`."""
        model = await self._started()
        return await model.complete(request)

    async def close(self) -> None:
        """End the server; the next call starts another one."""
        model, self._model, self._failure = self._model, None, None
        self._starting = asyncio.Lock()  # the next call may come in another event loop
        if model is not None:
            await model.close()

    async def _started(self) -> "_StartedChat":
        async with self._starting:
            if self._failure is not None:
                raise self._failure
            if self._model is None:
                try:
                    self._model = await self._start()
                except WattragError as error:
                    self._failure = error
                    raise
            return self._model

    async def _start(self) -> "_StartedChat":
        key = secrets.token_urlsafe(32)
        await asyncio.to_thread(hold_gpus, self._entry.gpus)
        launch, begun = launch_of(self._entry, key), perf_counter()
        _log.info("%s: starting its server (%s)", launch.where, self._entry.serve)
        process, port = await start_server(launch)
        _log.info("%s: its server is ready after %.0f s", launch.where, perf_counter() - begun)
        access = Access(f"http://{HOST}:{port}/v1", key, "the server's own key")
        return _StartedChat(self._entry, self._key, access, process, self._concurrent)


class _StartedChat(CompletionsChat):
    """Asks a server that runs as a process of this job."""

    def __init__(
        self,
        entry: OpenAIModel,
        key: ModelKey,
        access: Access,
        process: ServerProcess,
        max_concurrent: int,
    ) -> None:
        own = SAMPLING[entry.serve or "vllm"]
        sampling = {name: value for name, value in own.items() if name not in entry.request}
        server = Server(access.address, access.variable, sampling)
        super().__init__(entry, key, server, max_concurrent)
        self._access, self._process = access, process
        self._is_llama_cpp = entry.serve == "llama_cpp"

    async def close(self) -> None:
        """Let go of connections and end the server."""
        try:
            await super().close()
        finally:
            await asyncio.to_thread(self._process.stop)

    def _open(self) -> Opened:
        if self._opened is None:
            _reach_directly(HOST)
            limits = CallLimits(silence=self._entry.timeout_seconds)
            self._opened = connect(self._where, self._access, limits, Slots(self._concurrent))
        return self._opened

    async def _try(self, opened: Opened, body: Mapping[str, Any]) -> Completion:
        """One call; that of a server that has died is not made again."""
        try:
            return await super()._try(opened, _in_its_words(body) if self._is_llama_cpp else body)
        except PassingError as error:
            if not await asyncio.to_thread(self._process.ended, _NOTICED):
                raise
            words = self._access.hidden(self._process.last_words())
            raise RunFailedError(f"{self._where}: its server has died: {words}") from error


def connect_served(entry: OpenAIModel, key: ModelKey, max_concurrent: int) -> ServedChat:
    """The chat model of an entry with `serve`; nothing is started before it is asked."""
    return ServedChat(entry, key, max_concurrent)


def _in_its_words(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body as `llama_cpp.server` takes it: it knows a schema by another name than OpenAI."""
    form = body.get("response_format")
    if form is None or form.get("type") != "json_schema":
        return body
    schema = form["json_schema"]["schema"]
    return {**body, "response_format": {"type": "json_object", "schema": schema}}


def _reach_directly(host: str) -> None:
    """Keep HTTP clients of this process from asking a proxy for `host`."""
    excepted = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if host not in excepted.split(","):
        os.environ["no_proxy"] = f"{excepted},{host}".removeprefix(",")
