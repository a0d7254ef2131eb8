"""Provider `openai` with `batch: true`: questions go together, at half the price, within a day.

Requests that come at the same time make one batch. What of it is on the server is kept beside the
stored replies (`wattrag.store.batches`), so that a run that is killed at any step is taken up by
the next one:

- what was being sent when its process ended is looked for (`wattrag.llm.batch.files`); requests
  that never arrived are sent anew;
- a request that a known batch holds or will hold waits for that batch and is never sent again,
  even if its replies were read before: reading is free, so a run that is killed between reading
  and storing loses nothing, and no record is needed of what was stored;
- requests that a batch left without a reply are kept as such when its files were read: they
  fail in the run that sent them, and later runs ask them again.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from wattrag.config.chat import OpenAIModel
from wattrag.llm.batch.files import Opened, Pace, connected, hand_in, in_parts, taken_up
from wattrag.llm.batch.reading import read_batch
from wattrag.llm.openai_protocol.completions import Server, request_body
from wattrag.store.asked import Asked, ModelKey, Request
from wattrag.store.batches import BatchStore, StoredBatch
from wattrag.store.completions import Completion

Approve = Callable[[Sequence[Request]], None]


class BatchChat:
    """A model behind a Batch API; it needs a key, and connects, when it is first asked."""

    def __init__(
        self,
        entry: OpenAIModel,
        key: ModelKey,
        server: Server,
        root: Path,
        pace: Pace | None = None,
        *,
        approve: Approve = lambda _requests: None,
    ) -> None:
        """Take a model's entry.

        Args:
            entry: of `models.yaml`.
            key: what determines its replies.
            server: where it is.
            root: folder of the stores.
            pace: when batches are made.
            approve: is shown the requests that are to be bought, and raises if they must not be.
        """
        self._entry, self._key, self._server, self._root = entry, key, server, root
        self._pace, self._approve = pace or Pace(), approve
        self._opened: Opened | None = None
        self._replies: dict[str, asyncio.Future[Completion]] = {}
        self._requests: dict[str, Request] = {}
        self._new: dict[str, None] = {}
        """Names of requests that no batch holds yet, in their order."""
        self._sender: asyncio.Task[None] | None = None
        self._watchers: set[asyncio.Task[None]] = set()

    @property
    def key(self) -> ModelKey:
        """Everything about this model that determines a reply."""
        return self._key

    async def complete(self, request: Request) -> Completion:
        """The reply to a conversation; see `wattrag.llm.chat.ChatModel`."""
        self._open()
        name = Asked(self._key, request).key.hex()
        if name not in self._replies:
            reply = self._replies[name] = asyncio.get_running_loop().create_future()
            reply.add_done_callback(lambda _: self._forget(name))
            self._requests[name] = request
            self._ask([name])
        return await asyncio.shield(self._replies[name])

    async def close(self) -> None:
        """Let go of connections; batches go on at the server, and the next call finds them."""
        opened, self._opened = self._opened, None
        tasks = [task for task in (self._sender, *self._watchers) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for reply in list(self._replies.values()):
            reply.cancel()
        self._new.clear()
        if opened is not None:
            opened.store.close()
            await opened.server.close()

    def _open(self) -> Opened:
        if self._opened is None:
            store = BatchStore(self._root, self._key.digest)
            self._opened = Opened(connected(self._entry, self._server), store, self._pace)
        return self._opened

    def _forget(self, name: str) -> None:
        reply = self._replies.pop(name)
        del self._requests[name]
        if not reply.cancelled():
            reply.exception()  # or asyncio warns of one that nobody waits for any more

    def _ask(self, names: Iterable[str]) -> None:
        """Let requests be part of the next batch."""
        self._new.update(dict.fromkeys(names))
        if self._new and (self._sender is None or self._sender.done()):
            self._sender = asyncio.create_task(self._send_all(self._open()))

    async def _send_all(self, opened: Opened) -> None:
        while self._new:
            count = 0
            while count != len(self._new):
                count = len(self._new)
                await asyncio.sleep(self._pace.quiet)
            left, self._new = self._new, {}
            try:
                async with opened.store.sending():
                    await self._send(opened, left)
            except Exception as error:  # noqa: BLE001  # whatever it is, those that wait must know
                self._settle(dict.fromkeys(left, error))

    async def _send(self, opened: Opened, left: dict[str, None]) -> None:
        """See to it that a batch holds each request; those that one holds leave `left`."""
        for batch in opened.store.read():
            held = batch if batch.batch_id else await taken_up(opened, batch, left.keys())
            self._watch(opened, held, left, is_ours=False)
        if left:
            self._approve([self._requests[name] for name in left])
        extra = self._server.request
        # One by one: written out, images are large.
        bodies = ((n, {**request_body(self._entry, self._requests[n]), **extra}) for n in [*left])
        for part in in_parts(bodies, self._pace):
            batch = await hand_in(opened, self._entry.model_id, part)
            self._watch(opened, batch, left, is_ours=True)

    def _watch(
        self, opened: Opened, batch: StoredBatch, left: dict[str, None], *, is_ours: bool
    ) -> None:
        """Wait for those of the requests that a batch holds."""
        promised = batch.promised
        names = [name for name in left if name in promised]
        if not names:
            return
        for name in names:
            del left[name]
        task = asyncio.create_task(self._deliver(opened, batch, names, is_ours=is_ours))
        self._watchers.add(task)
        task.add_done_callback(self._watchers.discard)

    async def _deliver(
        self, opened: Opened, batch: StoredBatch, names: list[str], *, is_ours: bool
    ) -> None:
        try:
            ended = await read_batch(opened, batch)
            told = ended.outcomes
            # What another run's batch left before this run is asked again: it may well do better.
            left_over = ended.was_over and not is_ours
            again = {n: None for n in names if left_over and not isinstance(told[n], Completion)}
            self._settle({name: told[name] for name in names if name not in again})
            self._ask(again)
        except Exception as error:  # noqa: BLE001  # whatever it is, those that wait must know
            self._settle(dict.fromkeys(names, error))

    def _settle(self, outcomes: Mapping[str, Completion | Exception]) -> None:
        """Tell those that wait for requests what became of them."""
        for name, outcome in outcomes.items():
            reply = self._replies.get(name)
            if reply is None or reply.done():
                continue
            if isinstance(outcome, Completion):
                reply.set_result(outcome)
            else:
                reply.set_exception(outcome)


def connect_batch(
    entry: OpenAIModel, key: ModelKey, server: Server, root: Path, approve: Approve
) -> BatchChat:
    """The chat model of an entry with `batch: true`; see `BatchChat`."""
    return BatchChat(entry, key, server, root, approve=approve)
