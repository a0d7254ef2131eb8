"""Which reader a declared model is: the one place that maps a provider to its reader."""

from dataclasses import dataclass

from wattrag.answering.chat.prompt import load_prompt
from wattrag.answering.chat.reader import Asking, ChatReader
from wattrag.answering.extractive.reader import ExtractiveReader
from wattrag.answering.reader import Reader
from wattrag.config.chat import ChatEntry
from wattrag.config.declared import DeclaredModel
from wattrag.config.models import ExtractiveModel
from wattrag.config.settings import Generation, Limits, Pipeline
from wattrag.errors import InputError
from wattrag.llm.providers import chat_model
from wattrag.llm.spending import Spending
from wattrag.llm.stored import StoredChat
from wattrag.store.completions import CompletionStore


@dataclass(frozen=True)
class Reading:
    """How a model is to read: all but the model itself."""

    pipeline: Pipeline
    generation: Generation
    store: CompletionStore
    precision: str | None = None
    """One of the model's; None for its default."""
    run: int = 1
    limits: Limits | None = None
    """Ceilings that it is held to; None for none."""


def reader_for(name: str, model: DeclaredModel, reading: Reading) -> Reader:
    """The reader of a model; nothing is loaded or called before it reads.

    Args:
        name: the model's name in `models.yaml`, for the message.
        model: its entry.
        reading: how it reads.

    Raises:
        InputError: the entry declares something that does not answer questions.
    """
    if isinstance(model, ExtractiveModel):
        return ExtractiveReader()
    if not isinstance(model, ChatEntry):
        raise InputError(
            f"model '{name}'",
            f"provider '{model.provider}' does not answer questions",
            "choose a reader or a chat model (wattrag models lists them)",
        )
    pipeline, generation = reading.pipeline, reading.generation
    precision = reading.precision or model.precisions[0]
    concurrent, root = generation.max_concurrent, reading.store.root
    job = f"answer {name} {precision} run {reading.run}"
    spending = Spending(root, job, model, reading.limits, max_concurrent=concurrent)
    chat = chat_model(model, precision, concurrent, root, spending.approve)
    prompt = load_prompt(pipeline.prompt, context_first=pipeline.use_reordered_prompt)
    asking = Asking(prompt, generation.max_new_tokens, generation.temperature, reading.run)
    return ChatReader(StoredChat(chat, reading.store, model.prices, spending), asking)
