"""Which client a declared model has: the one place that maps a provider to its file."""

from wattrag.config.models import OpenAIModel
from wattrag.llm.chat import ChatModel
from wattrag.llm.openai_chat import OpenAIChat


def chat_model(entry: OpenAIModel, max_concurrent: int) -> ChatModel:
    """The chat model of an entry; nothing is loaded or called before it is asked.

    Args:
        entry: of `models.yaml`.
        max_concurrent: calls in flight at a time, where the entry does not say; 0: no limit.
    """
    return OpenAIChat(entry, max_concurrent)
