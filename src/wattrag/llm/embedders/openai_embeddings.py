"""Provider `openai_embeddings`: any server that speaks `/v1/embeddings`.

What a server replies is checked before it counts: as many vectors as texts, each of the declared
length, of finite numbers, in the order of their `index`. Replies are bounded in size and time.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ValidationError

from wattrag.config.embedders import OpenAIEmbedder
from wattrag.errors import InputError, RunFailedError, WattragError
from wattrag.files import digest
from wattrag.llm.limits import CallLimits
from wattrag.llm.openai_protocol.access import Access, read_access
from wattrag.llm.openai_protocol.client import openai_client
from wattrag.llm.running import run_to_end
from wattrag.store.vectors import FloatMatrix

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

    from wattrag.llm.embedders.embedding import Role

_SCHEME = 1
"""Part of the vectors' key: raise it when the same text is sent otherwise."""
_NUMBER_BYTES = 40
"""Of one number in a reply, at most."""
_SLACK_BYTES = 1_000_000
_WRONG_FOR_ALL = {
    400: "check `model_id`, `dimensions` and `max_chars`",
    401: "check OPENAI_API_KEY",
    403: "check what the key may use",
    404: "check `model_id` and the address",
    422: "check `model_id`, `dimensions` and `max_chars`",
}
"""Statuses that would not pass with time, with their cures."""


class _Item(BaseModel):
    index: int
    embedding: list[float]


class _Reply(BaseModel):
    """What is read of a reply; other servers leave out or add fields beside this."""

    data: list[_Item]


class RemoteEmbedder:
    """A model behind a server; it needs a key, and connects, when the first text is embedded."""

    def __init__(self, entry: OpenAIEmbedder) -> None:
        self._entry = entry
        self._where = f"embedder '{entry.model_id}'"

    @property
    def key(self) -> str:
        """Names the vector space."""
        return digest(self._entry.identity)[:16]

    @property
    def dimensions(self) -> int:
        """Numbers per vector."""
        return self._entry.dimensions

    @property
    def in_processes(self) -> bool:
        """One process keeps enough requests in flight."""
        return False

    @property
    def chunk(self) -> int:
        """Texts worth embedding in one call: some rounds of concurrent requests."""
        return 4 * self._entry.batch_size * self._entry.max_concurrent

    def vector_key(self, role: "Role") -> str:
        """Names everything known that determines a vector besides its text."""
        return digest({**self._entry.vector_identity(role), "scheme": _SCHEME})[:16]

    def encode(self, texts: Sequence[str], role: "Role") -> FloatMatrix:
        """Vectors of unit length, f32, shape (texts, dimensions).

        Raises:
            InputError: no key, no such model, or vectors of another length than declared.
            RunFailedError: the server kept failing, or sent what is no set of vectors.
        """
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return vectors
        entry = self._entry
        prompt = (entry.query if role == "query" else entry.passage).prompt or ""
        # The protocol takes no empty text.
        sent = [(prompt + text)[: entry.max_chars] or " " for text in texts]
        batches = [sent[n : n + entry.batch_size] for n in range(0, len(sent), entry.batch_size)]
        access = read_access(self._where, entry.base_url)
        return np.concatenate(run_to_end(self._embed(access, batches)))

    async def _embed(self, access: Access, batches: Sequence[list[str]]) -> list[FloatMatrix]:
        """The vectors of all batches, some requests at a time; the first failure ends the rest."""
        slots = asyncio.Semaphore(self._entry.max_concurrent)
        async with self._client(access) as client:

            async def embed(batch: list[str]) -> FloatMatrix:
                async with slots:
                    return self._vectors(await self._post(client, access, batch), len(batch))

            try:
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(embed(batch)) for batch in batches]
            except ExceptionGroup as failed:
                raise failed.exceptions[0] from None
            return [task.result() for task in tasks]

    def _client(self, access: Access) -> "AsyncOpenAI":
        entry = self._entry
        limits = CallLimits(
            seconds=entry.timeout_seconds,
            bytes=entry.batch_size * entry.dimensions * _NUMBER_BYTES + _SLACK_BYTES,
            retries=entry.max_retries,
        )
        return openai_client(self._where, access, limits)

    async def _post(self, client: "AsyncOpenAI", access: Access, batch: list[str]) -> bytes:
        import openai

        request: dict[str, Any] = {"model": self._entry.model_id, "input": batch}
        if self._entry.matryoshka:
            request["dimensions"] = self.dimensions
        seconds = self._entry.timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                create = client.embeddings.with_raw_response.create
                body: bytes = (await create(**request, encoding_format="float")).content
                return body
        except openai.APIStatusError as error:
            raise self._refusal(access, error) from error
        except openai.OpenAIError as error:
            reason = access.shown(f"{error} {error.__cause__ or ''}".strip())
            raise RunFailedError(f"{self._where}: {reason}") from error
        except TimeoutError as error:
            raise RunFailedError(f"{self._where}: no reply within {seconds:g} s") from error

    def _refusal(self, access: Access, error: "APIStatusError") -> WattragError:
        status, words = error.status_code, access.shown(error.message)
        if status in _WRONG_FOR_ALL:
            return InputError(self._where, f"the server refuses ({words})", _WRONG_FOR_ALL[status])
        return RunFailedError(f"{self._where}: the call failed ({words})")

    def _vectors(self, body: bytes, count: int) -> FloatMatrix:
        """Unit vectors of a reply, in the order of what was sent, f32, (count, dimensions)."""
        try:
            items = _Reply.model_validate_json(body).data
        except ValidationError as error:
            raise RunFailedError(f"{self._where}: the server sent no embeddings") from error
        if sorted(item.index for item in items) != list(range(count)):
            problem = f"the server sent {len(items)} vectors that do not match {count} texts"
            raise RunFailedError(f"{self._where}: {problem}")
        for item in items:
            if len(item.embedding) != self.dimensions:
                problem = f"sends {len(item.embedding)} dimensions, declared are {self.dimensions}"
                raise InputError(self._where, problem, "correct `dimensions` in models.yaml")
        rows = [item.embedding for item in sorted(items, key=lambda item: item.index)]
        # In f64: a square must not run over.
        vectors = np.array(rows, dtype=np.float64)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise RunFailedError(f"{self._where}: the server sent a vector that has no direction")
        unit: FloatMatrix = (vectors / lengths).astype(np.float32)
        return unit
