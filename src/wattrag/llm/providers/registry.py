"""Which client a declared model has: the one place that maps a provider to its file."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from wattrag.config.chat import ChatEntry, OpenAIModel
from wattrag.config.plugins import plugins
from wattrag.llm.chat import ChatModel
from wattrag.store.asked import Request

PROVIDERS = ("bedrock", "hf_local", "llama_cpp", "openai", "openrouter")
"""Each has a file beside this one, with a function `connect` as
`wattrag.config.plugins.Provider` describes it."""


def chat_model(
    entry: ChatEntry,
    precision: str,
    max_concurrent: int,
    store: Path = Path(".wattrag"),
    approve: Callable[[Sequence[Request]], None] = lambda _requests: None,
) -> ChatModel:
    """The chat model of an entry; nothing is loaded or called before it is asked.

    Args:
        entry: of `models.yaml`.
        precision: one of those that the entry declares.
        max_concurrent: calls in flight at a time, where the entry does not say; 0: no limit.
        store: folder of the stores, where open batches are found again.
        approve: is shown the requests of a batch that is to be handed in, and raises if it must
            not be.
    """
    own = entry.max_concurrent
    concurrent = max_concurrent if own is None else own
    if isinstance(entry, OpenAIModel) and entry.batch:
        from wattrag.llm.providers.openai import connect_batched

        return connect_batched(entry, precision, store, approve)
    if entry.provider in PROVIDERS:
        connect = import_module(f"wattrag.llm.providers.{entry.provider}").connect
    else:
        connect = plugins()[entry.provider].connect
    model: ChatModel = connect(entry, precision, concurrent)
    return model
