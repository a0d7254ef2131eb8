"""Handing in batches: files of requests, and the batches that a server makes of them.

What is done is kept at once, so that a batch that was being sent when its process ended can be
taken up. It has a name but no id: the server is searched for the name, and what is found is
adopted; if there is only the file, the batch is made of it; if there is nothing, nothing was paid.
"""

import asyncio
import json
import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from wattrag.config.chat import OpenAIModel
from wattrag.llm.batch.server import ENDPOINT, BatchServer, ServerBatch
from wattrag.llm.openai_protocol.access import read_access
from wattrag.llm.openai_protocol.completions import Server
from wattrag.llm.retrying import Patience
from wattrag.store.batches import BatchStore, StoredBatch

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """When batches are made and looked at, and how large they are."""

    quiet: float = 0.2
    """Seconds without a further request, before those that came make a batch."""
    poll: float = 30
    """Seconds between two looks at a batch."""
    settle: float = 10
    """Seconds until a batch that was just made is surely in the server's list."""
    longest: float = 25 * 3600
    """Seconds after which a batch is no longer waited for; the server's own limit is 24 h."""
    requests: int = 50_000
    """Of a batch, at most (OpenAI's limit, as the next)."""
    bytes: int = 200_000_000


@dataclass(frozen=True)
class Opened:
    """A server, what is known of a model's batches there, and their pace."""

    server: BatchServer
    store: BatchStore
    pace: Pace


def connected(entry: OpenAIModel, server: Server) -> BatchServer:
    """The Batch API of an entry's server; nothing is called yet."""
    where = f"model '{entry.model_id}'"
    access = read_access(where, server.address, server.key_variable)
    patience = Patience(entry.max_retries, entry.base_retry_delay)
    return BatchServer(where, access, patience, entry.timeout_seconds)


def in_parts(bodies: Iterable[tuple[str, Any]], pace: Pace) -> Iterator[dict[str, bytes]]:
    """Lines for requests (names and bodies), in parts that each fit into a batch."""
    part: dict[str, bytes] = {}
    size = 0
    for name, body in bodies:
        line = _line(name, body)
        if part and (len(part) == pace.requests or size + len(line) > pace.bytes):
            yield part
            part, size = {}, 0
        part[name] = line
        size += len(line)
    if part:
        yield part


async def hand_in(opened: Opened, model_id: str, part: Mapping[str, bytes]) -> StoredBatch:
    """Send lines, by the names of their requests, as one batch."""
    access = opened.server.access
    batch = StoredBatch(
        name=uuid4().hex,
        model_id=model_id,
        base_url=access.address,
        key_variable=access.variable,
        created=time.time(),
        custom_ids=tuple(part),
    )
    opened.store.begin(batch)
    file_id = await opened.server.upload(batch.name, b"".join(part.values()))
    opened.store.note(batch, file_id=file_id)
    return _handed_in(opened, batch, await opened.server.create(batch.name, file_id))


async def taken_up(opened: Opened, batch: StoredBatch, wanted: Set[str]) -> StoredBatch:
    """A batch without an id, as far as it got; it is made only if all it holds is wanted."""
    if not batch.is_open:
        return batch
    for wait in (0, opened.pace.settle):
        await asyncio.sleep(wait)
        found = await opened.server.find(batch.name, batch.file_id)
        if found is not None:
            return _handed_in(opened, batch, found)
    if wanted >= set(batch.custom_ids):  # else it would buy what nobody asks for
        file_id = await opened.server.find_file(batch.name)
        if file_id is not None:
            return _handed_in(opened, batch, await opened.server.create(batch.name, file_id))
    return keep_unanswered(opened, batch, batch.custom_ids)


def keep_unanswered(opened: Opened, batch: StoredBatch, names: Iterable[str]) -> StoredBatch:
    """Keep which requests a batch left without a reply; later runs ask them again."""
    known = {*(batch.unanswered or ()), *names}
    lacking = tuple(name for name in batch.custom_ids if name in known)
    if lacking != batch.unanswered:
        opened.store.note(batch, unanswered=lacking)
    return batch.model_copy(update={"unanswered": lacking})


def _line(custom_id: str, body: Mapping[str, Any]) -> bytes:
    line = {"custom_id": custom_id, "method": "POST", "url": ENDPOINT, "body": body}
    return json.dumps(line, allow_nan=False).encode() + b"\n"


def _handed_in(opened: Opened, batch: StoredBatch, made: ServerBatch) -> StoredBatch:
    opened.store.note(batch, batch_id=made.id)
    _log.warning(
        "%s: batch %s of %d requests is handed in: replies may take a day; "
        "`wattrag batch status` shows it",
        opened.server.where, made.id, len(batch.custom_ids),
    )  # fmt: skip
    return batch.model_copy(update={"batch_id": made.id})
