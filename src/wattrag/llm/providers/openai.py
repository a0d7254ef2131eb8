"""Provider `openai`: any server that speaks Chat Completions, OpenAI's own or another."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from wattrag.config.chat import OpenAIModel
from wattrag.llm.chat import ChatModel
from wattrag.llm.openai_protocol.access import address_of
from wattrag.llm.openai_protocol.completions import CompletionsChat, Server
from wattrag.store.asked import ModelKey, Request


def connect(entry: OpenAIModel, precision: str, max_concurrent: int) -> ChatModel:
    """The chat model of an entry: behind a server that runs, or one that is started for it."""
    if entry.serve is not None:
        from wattrag.llm.served.chat import connect_served

        return connect_served(entry, ModelKey(**entry.identity(precision)), max_concurrent)
    return CompletionsChat(entry, _key(entry, precision), _server(entry), max_concurrent)


def connect_batched(
    entry: OpenAIModel,
    precision: str,
    store: Path,
    approve: Callable[[Sequence[Request]], None],
) -> ChatModel:
    """The same model through the Batch API; open batches are kept in the stores' folder.

    Its key is the same too: a reply is as good as one that was waited for.
    """
    from wattrag.llm.batch.chat import connect_batch

    return connect_batch(entry, _key(entry, precision), _server(entry), store, approve)


def _key(entry: OpenAIModel, precision: str) -> ModelKey:
    """What determines a reply; another server may have another model under the same name."""
    key = ModelKey(**entry.identity(precision))
    return replace(key, engine={**key.engine, "base_url": address_of(entry.base_url)})


def _server(entry: OpenAIModel) -> Server:
    return Server(entry.base_url, entry.key_variable, {})
