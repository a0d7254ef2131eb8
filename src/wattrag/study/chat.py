"""A chat model for notebooks and scripts: by its name in `models.yaml`, or by its id alone."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from wattrag.config.adhoc import read_adhoc
from wattrag.config.chat import ChatEntry
from wattrag.config.models import adhoc, adhoc_entry
from wattrag.config.problems import nearest
from wattrag.errors import InputError
from wattrag.llm.counted import counted_chat
from wattrag.llm.weights.adhoc import pinned
from wattrag.store.asked import Message, Request
from wattrag.store.completions import Completion, CompletionStore
from wattrag.study.load import declared_models

DEFAULT_TOKENS = 512


class Chat:
    """A chat model behind its store: what was replied once is not asked again.

    chat = Chat("gpt-4o-mini", max_concurrent=5, max_retries=5, base_retry_delay=2.0)
    reply = await chat.complete("What is RAG?")
    await chat.close()
    """

    def __init__(
        self,
        model: str,
        *,
        precision: str | None = None,
        store: Path | str = ".wattrag",
        temperature: float = 0.0,
        max_new_tokens: int = DEFAULT_TOKENS,
        max_concurrent: int | None = None,
        **settings: Any,
    ) -> None:
        """Choose a model; nothing is loaded or called before it is asked.

        Args:
            model: a name of `models.yaml`, or `provider:id`, as `openai:gpt-4o-mini`.
            precision: one of the model's; None for its default.
            store: folder of the stores.
            temperature: randomness of replies; 0 is greedy.
            max_new_tokens: length of a reply, at most.
            max_concurrent: calls in flight at a time, 0 for no limit; None: as the entry says.
            settings: further keys of the entry, as `max_retries`, `base_retry_delay`.

        Raises:
            InputError: no such model, or a key or value that its provider does not take.
        """
        entry = _entry(model, {**settings, "max_concurrent": max_concurrent})
        self._store = CompletionStore(Path(store))
        chosen = precision or entry.precisions[0]
        self._chat = counted_chat(entry, chosen, self._store, 0, f"chat {model}")
        self._temperature, self._max_new_tokens = temperature, max_new_tokens
        self.usage = self._chat.usage

    async def complete(self, prompt: str, *, system: str | None = None, run: int = 1) -> str:
        """The reply to one prompt, as text.

        Args:
            prompt: what is asked.
            system: instructions that come before it.
            run: another number asks again for another reply to the same words.

        Raises:
            InputError: what is wrong would be so for every prompt: no key, no such model.
            RunFailedError: this call failed for good.
        """
        messages: list[Message] = [{"role": "user", "content": prompt}]
        if system is not None:
            messages.insert(0, {"role": "system", "content": system})
        return (await self.reply(messages, run=run)).text

    async def reply(self, messages: list[Message], *, run: int = 1) -> Completion:
        """The reply to a conversation, with its tokens, time and reason to end."""
        request = Request(messages, self._max_new_tokens, self._temperature, run)
        return await self._chat.complete(request)

    async def close(self) -> None:
        """Let go of connections or weights, and close the store."""
        await self._chat.close()
        self._store.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


def _entry(model: str, settings: dict[str, Any]) -> ChatEntry:
    given = {key: value for key, value in settings.items() if value is not None}
    named = read_adhoc(model)
    if named is not None:
        return pinned(adhoc_entry(named, given), model)
    registry = declared_models()
    entry = registry.get(model)
    if not isinstance(entry, ChatEntry):
        known = [name for name, declared in registry.items() if isinstance(declared, ChatEntry)]
        raise InputError(f"model '{model}'", "is no declared chat model", nearest(model, known))
    return adhoc(entry.provider, None, {**entry.model_dump(exclude_unset=True), **given})
