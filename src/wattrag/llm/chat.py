"""The seam between those who ask and what replies: one protocol for all chat models."""

from collections.abc import Sequence
from typing import Protocol

from wattrag.store.asked import Message, ModelKey
from wattrag.store.completions import Completion


class ChatModel(Protocol):
    """Replies to messages.

    A model raises if it has no reply: an empty text is a reply, an error never is one.
    """

    @property
    def key(self) -> ModelKey:
        """Everything about this model that determines a reply."""
        ...

    async def complete(
        self, messages: Sequence[Message], *, max_new_tokens: int, temperature: float
    ) -> Completion:
        """The reply to a conversation.

        Raises:
            InputError: what is wrong would be so for every question: no key, no such model.
            RunFailedError: this call failed for good.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; the next call opens new ones."""
        ...
