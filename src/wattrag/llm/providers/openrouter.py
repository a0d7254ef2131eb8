"""Provider `openrouter`: models of many providers behind one server."""

from typing import Any

from wattrag.config.chat import OpenRouterModel
from wattrag.llm.chat import ChatModel
from wattrag.llm.openai_protocol.completions import CompletionsChat, Server
from wattrag.store.asked import ModelKey

KEY = "OPENROUTER_API_KEY"


def connect(entry: OpenRouterModel, precision: str, max_concurrent: int) -> ChatModel:
    """The chat model of an entry."""
    server = Server(entry.base_url, KEY, {"usage": {"include": True}, **_routing(entry)})
    return CompletionsChat(entry, ModelKey(**entry.identity(precision)), server, max_concurrent)


def _routing(entry: OpenRouterModel) -> dict[str, Any]:
    """Who may run the model; where providers are named, no other steps in for them."""
    wanted: dict[str, Any] = {}
    if entry.providers:
        wanted |= {"order": list(entry.providers), "allow_fallbacks": False}
    if entry.quantizations:
        wanted |= {"quantizations": list(entry.quantizations)}
    if entry.structured_output == "schema":
        wanted |= {"require_parameters": True}
    return {"provider": wanted} if wanted else {}
