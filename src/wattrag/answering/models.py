"""Which reader a declared model is: the one place that maps a provider to its reader."""

from dataclasses import dataclass
from pathlib import Path

from wattrag.answering.chat.prompt import Prompt
from wattrag.answering.chat.reader import Asking, ChatReader
from wattrag.answering.extractive.reader import ExtractiveReader
from wattrag.answering.reader import Reader
from wattrag.config.chat import ChatEntry
from wattrag.config.declared import DeclaredModel
from wattrag.config.models import ExtractiveModel
from wattrag.config.settings import Generation, Limits
from wattrag.corpus.images import CorpusImages
from wattrag.errors import InputError
from wattrag.llm.counted import counted_chat
from wattrag.store.completions import CompletionStore


@dataclass(frozen=True)
class Reading:
    """How a model is to read: all but the model itself."""

    prompt: Prompt
    generation: Generation
    store: CompletionStore
    precision: str | None = None
    """One of the model's; None for its default."""
    run: int = 1
    images: tuple[Path, ...] = ()
    """Archives of the images of figures; none where none are sent."""
    limits: Limits | None = None
    """Ceilings that it is held to; None for none."""


def reader_for(name: str, model: DeclaredModel, reading: Reading) -> Reader:
    """The reader of a model; nothing is loaded or called before it reads.

    Args:
        name: the model's name in `models.yaml`, for the message.
        model: its entry.
        reading: how it reads.

    Raises:
        InputError: the entry declares something that does not answer questions, or that does not
            see the images that are to be sent.
    """
    if isinstance(model, ExtractiveModel):
        return ExtractiveReader()
    if not isinstance(model, ChatEntry):
        raise InputError(
            f"model '{name}'",
            f"provider '{model.provider}' does not answer questions",
            "choose a reader or a chat model (wattrag models lists them)",
        )
    if reading.images:
        check_sees(name, model, "send_images")
    generation = reading.generation
    precision = reading.precision or model.precisions[0]
    job = f"answer {name} {precision} run {reading.run}"
    concurrent = generation.max_concurrent
    chat = counted_chat(model, precision, reading.store, concurrent, job, limits=reading.limits)
    asking = Asking(
        reading.prompt,
        generation.max_new_tokens,
        generation.temperature,
        reading.run,
        model.context_tokens,
        CorpusImages(reading.images) if reading.images else None,
    )
    return ChatReader(chat, asking)


def check_sees(name: str, model: ChatEntry, where: str) -> None:
    """Make sure that a model may be sent images.

    Raises:
        InputError: its entry does not say that it sees them.
    """
    if not model.sees_images:
        problem = f"model '{name}' is not declared to see images"
        cure = "set sees_images: true in its entry of models.yaml, or send_images: false"
        raise InputError(where, problem, cure)
