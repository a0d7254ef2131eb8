"""Provider `bedrock`: models of Amazon Bedrock, through its Converse API.

The tries are our own. botocore's adaptive mode only slows all calls down while AWS throttles them;
a call that it holds back keeps its slot, one that waits for its next try does not.
"""

import asyncio
import json
import logging
import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

from wattrag.config.chat import BedrockModel
from wattrag.errors import InputError
from wattrag.llm.chat import ChatModel
from wattrag.llm.images import image_format, images_of
from wattrag.llm.limits import CallLimits
from wattrag.llm.providers.bedrock_reply import (
    BEARER,
    CREDENTIALS,
    SECRETS,
    Keys,
    completion_of,
    failure_of,
)
from wattrag.llm.retrying import Patience, Slots, persistently
from wattrag.store.asked import Message, ModelKey, Request
from wattrag.store.completions import Completion

UNLIMITED = 64
"""Calls in flight where no limit is set: each holds a thread."""

_UNREADABLE = (AttributeError, TypeError, ValueError, RecursionError)
"""What botocore raises if it cannot read a reply, beside errors of its own."""


@dataclass(frozen=True)
class _Opened:
    client: Any
    credentials: Any
    """None with a bearer token."""
    slots: Slots
    pool: ThreadPoolExecutor
    sent: threading.local
    """When this thread's last try went out, `at`."""


class BedrockChat:
    """A model of Bedrock; it reads credentials, and connects, when it is first asked."""

    def __init__(self, entry: BedrockModel, key: ModelKey, max_concurrent: int) -> None:
        """Take a model's entry; 0 `max_concurrent` calls in flight are at most `UNLIMITED`."""
        self._entry, self._key = entry, key
        self._concurrent = max_concurrent or UNLIMITED
        self._patience = Patience(entry.max_retries, entry.base_retry_delay)
        self._opened: _Opened | None = None
        self._where = f"model '{entry.model_id}'"

    @property
    def key(self) -> ModelKey:
        """Everything about this model that determines a reply."""
        return self._key

    async def complete(self, request: Request) -> Completion:
        """The reply to a conversation; see `wattrag.llm.chat.ChatModel`."""
        if self._opened is None:
            self._opened = _open(self._where, self._entry, self._concurrent)
        opened, fields = self._opened, request_fields(self._entry, request)
        loop = asyncio.get_running_loop()
        call = partial(loop.run_in_executor, opened.pool, self._try, opened, fields)
        reply, tries = await persistently(call, opened.slots, self._patience)
        return reply.model_copy(update={"tries": tries})

    async def close(self) -> None:
        """Let go of threads and connections; a call that runs ends by itself."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.pool.shutdown(wait=False, cancel_futures=True)
            opened.client.close()

    def _try(self, opened: _Opened, fields: Mapping[str, Any]) -> Completion:
        """One call, in a thread; no cause is kept, for it may show a key."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        keys = Keys.in_use(None)
        try:
            keys = Keys.in_use(opened.credentials)
            reply = opened.client.converse(**fields)
            return completion_of(self._where, keys, reply, perf_counter() - opened.sent.at)
        except (BotoCoreError, ClientError, ResponseParserError, *_UNREADABLE) as error:
            raise failure_of(self._where, keys, error) from None


def connect(entry: BedrockModel, precision: str, max_concurrent: int) -> ChatModel:
    """The chat model of an entry."""
    return BedrockChat(entry, ModelKey(**entry.identity(precision)), max_concurrent)


def request_fields(entry: BedrockModel, request: Request) -> dict[str, Any]:
    """What a call sends. Converse takes no seed; a schema is sent to models that are held to it."""
    said = [(m["role"], _blocks(m, request)) for m in request.messages]
    limits: dict[str, Any] = {"maxTokens": request.max_new_tokens}
    if entry.sends_temperature:
        limits["temperature"] = request.temperature
    fields: dict[str, Any] = {
        "modelId": entry.model_id,
        "messages": [
            {"role": role, "content": blocks} for role, blocks in said if role != "system"
        ],
        "inferenceConfig": limits,
    }
    system = [block for role, blocks in said if role == "system" for block in blocks]
    if system:
        fields["system"] = system
    if request.schema is not None and entry.structured_output:
        form = {"name": "reply", "schema": json.dumps(request.schema)}
        text_format = {"type": "json_schema", "structure": {"jsonSchema": form}}
        fields["outputConfig"] = {"textFormat": text_format}
    if entry.request:
        fields["additionalModelRequestFields"] = entry.request
    return fields


def _blocks(message: Message, request: Request) -> list[dict[str, Any]]:
    """A message as Converse has it: its text, then its images, whose bytes boto3 encodes."""
    images = images_of(message, request)
    shown = [{"format": image_format(data), "source": {"bytes": data}} for data in images]
    return [{"text": message["content"]}, *({"image": image} for image in shown)]


def _open(where: str, entry: BedrockModel, concurrent: int) -> _Opened:
    for name in SECRETS:
        if not os.environ.get(name, "").isprintable() or not os.environ.get(name, "").isascii():
            raise InputError(name, "holds characters that no key has", "copy it again")
    client, credentials = _client(where, entry, concurrent)
    sent = threading.local()
    client.meta.events.register_last("before-send", lambda **_: setattr(sent, "at", perf_counter()))
    pool = ThreadPoolExecutor(concurrent, thread_name_prefix="bedrock")
    return _Opened(client, credentials, Slots(concurrent), pool, sent)


def _client(where: str, entry: BedrockModel, concurrent: int) -> tuple[Any, Any]:
    """A client without tries of its own, and its credentials; none with a bearer token."""
    try:
        from boto3.session import Session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        cure = "install the extra `wattrag[bedrock]`"
        raise InputError(where, f"needs the package '{error.name}'", cure) from error
    logging.getLogger("botocore").setLevel(logging.WARNING)  # below, it tells of keys
    options: dict[str, Any] = {
        "retries": {"mode": "adaptive", "total_max_attempts": 1},
        "read_timeout": entry.timeout_seconds,
        "connect_timeout": CallLimits.connect,
        "max_pool_connections": concurrent,
        "ignore_configured_endpoint_urls": True,  # the entry says where, and is part of the key
    }
    try:
        session = Session(region_name=entry.region)
        credentials = None if os.environ.get(BEARER) else session.get_credentials()
        if credentials is None and not os.environ.get(BEARER):
            raise InputError(where, "found no AWS credentials", CREDENTIALS)
        address, config = entry.endpoint_url, Config(**options)
        client = session.client("bedrock-runtime", endpoint_url=address, config=config)
    except BotoCoreError as error:
        raise InputError(where, Keys.in_use(None).shown(str(error)), CREDENTIALS) from None
    return client, credentials
