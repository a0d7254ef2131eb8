"""Asking through the store: a reply that is stored is never asked for again."""

import asyncio
import logging

from wattrag.config.prices import Prices
from wattrag.hardware.energy import UNKNOWN, Energy
from wattrag.llm.chat import ChatModel
from wattrag.llm.spending import Spending
from wattrag.llm.usage import Usage
from wattrag.store.asked import Asked, Request
from wattrag.store.completions import Completion, CompletionStore

_log = logging.getLogger(__name__)


class StoredChat:
    """A chat model behind its store; equal requests made at the same time are one call."""

    def __init__(
        self,
        model: ChatModel,
        store: CompletionStore,
        prices: Prices | None = None,
        spending: Spending | None = None,
    ) -> None:
        """Put a model behind its store.

        Args:
            model: asked for what is not stored.
            store: of its replies.
            prices: what its calls cost; None: not known.
            spending: what the job spends, and may spend; None: nobody counts.
        """
        self._model, self._store, self._spending = model, store, spending
        self._pending: dict[bytes, asyncio.Task[Completion]] = {}
        self._prices = prices
        self.usage = Usage()

    async def complete(self, request: Request, usage: Usage | None = None) -> Completion:
        """The stored reply, or the model's, which outlives this process when this returns.

        Args:
            request: what is asked.
            usage: of a part, as one question; counted beside the whole.

        Raises:
            LimitReachedError: a ceiling of the study is reached; nothing was asked.
            InputError: as `ChatModel.complete`, or a ceiling cannot be kept.
            RunFailedError: as `ChatModel.complete`.
        """
        asked = Asked(self._model.key, request)
        reply = self._store.get(asked)
        reused = reply is not None
        if reply is None:
            key = asked.key
            task = self._pending.get(key)
            reused = task is not None
            if task is None:
                task = self._pending[key] = asyncio.create_task(self._ask(asked))
                task.add_done_callback(lambda _: self._pending.pop(key))
            reply = await task
        for counter in (self.usage, usage):
            if counter is not None:
                counter.count(reply, self._prices, reused=reused)
        return reply

    async def _ask(self, asked: Asked) -> Completion:
        if self._spending is None:
            reply = await self._model.complete(asked.request)
        else:
            async with self._spending.turn():
                reply = await self._model.complete(asked.request)
                self._spending.pay(reply)
        self._store.add(asked, reply)
        return reply

    def energy(self) -> Energy:
        """What generating took so far, loading aside; unknown for models behind servers."""
        return UNKNOWN if self._spending is None else self._spending.energy()

    async def close(self) -> None:
        """Close the model; tell of damage that the store met."""
        try:
            await self._model.close()
        finally:
            if self._spending is not None:
                self._spending.close()
        damage = self._store.damage
        if damage.records:
            _log.warning("the store has %d damaged records; asked again", damage.records)
