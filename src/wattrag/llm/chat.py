"""The seam between those who ask and what replies: one protocol for all chat models."""

from typing import Protocol

from wattrag.store.asked import ModelKey, Request
from wattrag.store.completions import Completion


class ChatModel(Protocol):
    """Replies to messages.

    A model raises if it has no reply: an empty text is a reply, an error never is one. Many calls
    may be made at a time; the model orders them as suits its engine.
    """

    @property
    def key(self) -> ModelKey:
        """Everything about this model that determines a reply."""
        ...

    async def complete(self, request: Request) -> Completion:
        """The reply to a conversation.

        Raises:
            InputError: what is wrong would be so for every question: no key, no such model.
            ContextOverflowError: question and evidence are longer than the model's window.
            RunFailedError: this call failed for good.
        """
        ...

    async def close(self) -> None:
        """Let go of connections, weights and servers; the next call opens new ones."""
        ...
