"""Which client a declared model has: the one place that maps a provider to its file."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from wattrag.config.chat import ChatEntry, OpenAIModel
from wattrag.config.plugins import plugins
from wattrag.llm.chat import ChatModel
from wattrag.store.asked import Request

FILES = {
    "bedrock": "wattrag.llm.bedrock_chat",
    "hf_local": "wattrag.llm.hf_chat",
    "llama_cpp": "wattrag.llm.llama_cpp_chat",
    "openai": "wattrag.llm.openai_chat",
    "openrouter": "wattrag.llm.openrouter_chat",
}
"""Each has a function `connect`, as `wattrag.config.plugins.Provider` describes it."""


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
        from wattrag.llm.openai_chat import connect_batched

        return connect_batched(entry, precision, store, approve)
    if entry.provider in FILES:
        connect = import_module(FILES[entry.provider]).connect
    else:
        connect = plugins()[entry.provider].connect
    model: ChatModel = connect(entry, precision, concurrent)
    return model
