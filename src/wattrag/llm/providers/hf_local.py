"""Chat models of the provider `hf_local`: in this process with transformers, never online."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from wattrag.files import digest
from wattrag.llm.images import refuse_images
from wattrag.llm.retrying import Slots
from wattrag.store.asked import ModelKey, Request
from wattrag.store.completions import Completion

if TYPE_CHECKING:
    from wattrag.config.local_chat import HFLocalModel
    from wattrag.llm.hf.jobs import Generated, Job
    from wattrag.llm.hf.load import Loaded


class Generator(Protocol):
    """Turns prompts into replies, in tokens."""

    async def generate(self, job: "Job") -> "Generated":
        """The reply to one prompt."""
        ...

    def stop(self) -> None:
        """End threads."""
        ...


@dataclass(frozen=True)
class _Opened:
    loaded: "Loaded"
    generator: Generator


class HFChat:
    """A model whose weights are loaded when it is first asked.

    transformers holds no reply to a schema: `Request.schema` changes nothing here, and what comes
    is parsed leniently. Nor is torch's number of threads changed; `OMP_NUM_THREADS` sets it.
    """

    def __init__(self, entry: "HFLocalModel", precision: str, concurrent: int) -> None:
        """Take a model's entry.

        Args:
            entry: of `models.yaml`.
            precision: one of those that it declares.
            concurrent: calls in flight at a time; 0 sets no limit.
        """
        self._entry, self._precision, self._concurrent = entry, precision, concurrent
        self._key = ModelKey(**entry.identity(precision))
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="wattrag-hf")
        self._opened: _Opened | None = None
        self._slots: Slots | None = None

    @property
    def key(self) -> ModelKey:
        """Everything about this model that determines a reply."""
        return self._key

    async def complete(self, request: Request) -> Completion:
        """The reply to a conversation; see `wattrag.llm.chat.ChatModel`."""
        if self._slots is None:
            self._slots = Slots(self._concurrent)
        async with self._slots:
            loop = asyncio.get_running_loop()
            opened, job = await loop.run_in_executor(self._worker, self._prepare, request)
            return _completion(opened.loaded, job, await opened.generator.generate(job))

    async def close(self) -> None:
        """Stop the engine and free the weights; the next call loads them again."""
        self._slots = None
        await asyncio.get_running_loop().run_in_executor(self._worker, self._close)

    def _prepare(self, request: Request) -> "tuple[_Opened, Job]":
        """On the worker's thread: loading takes minutes, and only one may load."""
        refuse_images(self._entry.name, request)
        opened = self._open()
        from wattrag.llm.hf.jobs import Job
        from wattrag.llm.hf.prompts import prompt_tokens

        tokens = prompt_tokens(self._entry, opened.loaded, request)
        return opened, Job(tokens, request.max_new_tokens, request.temperature, _seed(request))

    def _open(self) -> _Opened:
        if self._opened is None:
            from wattrag.llm.hf.load import load

            loaded = load(self._entry, self._precision)
            self._opened = _Opened(loaded, _generator(self._entry, loaded))
        return self._opened

    def _close(self) -> None:
        opened, self._opened = self._opened, None
        if opened is None:
            return
        opened.generator.stop()
        del opened
        from wattrag.llm.hf.memory import release

        release()


def connect(entry: "HFLocalModel", precision: str, max_concurrent: int) -> HFChat:
    """The chat model of an entry; nothing is loaded before it is asked.

    A study's bound on calls in flight spares servers; here it would only make batches smaller, so
    that the entry's own `max_concurrent` counts alone.
    """
    return HFChat(entry, precision, 0 if entry.max_concurrent is None else max_concurrent)


def _generator(entry: "HFLocalModel", loaded: "Loaded") -> Generator:
    """The engine for many replies keeps its cache on one device."""
    if not entry.batches:
        from wattrag.llm.hf.single import Single

        return Single(entry.name, loaded.model)
    from wattrag.llm.hf.batching import Batching

    return Batching(entry.name, loaded.model, entry.batch_size)


def _seed(request: Request) -> int:
    """Of the words, the temperature and the run, so that each repetition has another."""
    fields = ("messages", "temperature", "run")
    return int(digest({field: getattr(request, field) for field in fields})[:8], 16)


def _completion(loaded: "Loaded", job: "Job", generated: "Generated") -> Completion:
    tokens = generated.tokens
    return Completion(
        text=loaded.tokenizer.decode(tokens, skip_special_tokens=True),
        finish_reason="stop" if tokens and tokens[-1] in loaded.stops else "length",
        input_tokens=len(job.tokens),
        output_tokens=len(tokens),
        cached_tokens=generated.cached,
        seconds=generated.seconds,
        tries=generated.tries,
    )
