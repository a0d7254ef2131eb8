"""Measure retrieval-augmented generation over scientific PDFs."""

from typing import Any

__all__ = ["Chat"]


def __getattr__(name: str) -> Any:
    """What notebooks use, imported when it is used: `wattrag.Chat`."""
    if name == "Chat":
        from wattrag.study.chat import Chat

        return Chat
    raise AttributeError(f"module 'wattrag' has no attribute '{name}'")
