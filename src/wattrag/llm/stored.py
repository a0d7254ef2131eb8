"""Asking through the store: a reply that is stored is never asked for again."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from wattrag.llm.chat import ChatModel
from wattrag.store.asked import Asked, Message
from wattrag.store.completions import Completion, CompletionStore

_log = logging.getLogger(__name__)


@dataclass
class Usage:
    """What a job asked and what it took; stored replies took nothing."""

    calls: int = 0
    reused: int = 0
    input_tokens: int | None = 0
    """None as soon as one reply came without a count."""
    output_tokens: int | None = 0

    def count(self, reply: Completion) -> None:
        """Add a call's reply."""
        self.calls += 1
        self.input_tokens = _sum(self.input_tokens, reply.input_tokens)
        self.output_tokens = _sum(self.output_tokens, reply.output_tokens)


class StoredChat:
    """A chat model behind its store; equal questions asked at the same time are one call."""

    def __init__(self, model: ChatModel, store: CompletionStore) -> None:
        self._model, self._store = model, store
        self._pending: dict[str, asyncio.Task[Completion]] = {}
        self.usage = Usage()

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        max_new_tokens: int,
        temperature: float,
        run: int = 1,
    ) -> Completion:
        """The stored reply, or the model's, which is on the disk when this returns.

        Raises:
            InputError: as `ChatModel.complete`.
            RunFailedError: as `ChatModel.complete`.
        """
        asked = Asked(self._model.key, messages, max_new_tokens, temperature, run)
        stored = self._store.get(asked)
        if stored is not None:
            self.usage.reused += 1
            return stored
        task = self._pending.get(asked.key)
        if task is None:
            task = self._pending[asked.key] = asyncio.create_task(self._ask(asked))
            task.add_done_callback(lambda _: self._pending.pop(asked.key))
        return await task

    async def _ask(self, asked: Asked) -> Completion:
        reply = await self._model.complete(
            asked.messages, max_new_tokens=asked.max_new_tokens, temperature=asked.temperature
        )
        self._store.add(asked, reply)
        self.usage.count(reply)
        return reply

    async def close(self) -> None:
        """Close the model; tell of damage that the store met."""
        await self._model.close()
        damage = self._store.damage
        if damage.records:
            _log.warning("the store has %d damaged records; asked again", damage.records)


def _sum(total: int | None, more: int | None) -> int | None:
    return None if total is None or more is None else total + more
