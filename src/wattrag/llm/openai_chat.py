"""Provider `openai`: any server that speaks Chat Completions, OpenAI's own or another."""

from dataclasses import replace

from wattrag.config.chat import OpenAIModel
from wattrag.llm.chat import ChatModel
from wattrag.llm.completions_chat import CompletionsChat, Server
from wattrag.llm.openai_access import address_of
from wattrag.store.asked import ModelKey


def connect(entry: OpenAIModel, precision: str, max_concurrent: int) -> ChatModel:
    """The chat model of an entry: behind a server that runs, or one that is started for it."""
    key = ModelKey(**entry.identity(precision))
    address = address_of(entry.base_url)
    located = replace(key, engine={**key.engine, "base_url": address})
    server = Server(entry.base_url, entry.key_variable, {})
    return CompletionsChat(entry, located, server, max_concurrent)
