"""Which reader a declared model is: the one place that maps a provider to its reader."""

from wattrag.answering.extractive.reader import ExtractiveReader
from wattrag.answering.reader import Reader
from wattrag.config.models import Declared, ExtractiveModel
from wattrag.errors import InputError


def reader_for(name: str, model: Declared) -> Reader:
    """The reader of a model.

    Args:
        name: the model's name in `models.yaml`, for the message.
        model: its entry.

    Raises:
        InputError: the entry declares something that does not answer questions.
    """
    if isinstance(model, ExtractiveModel):
        return ExtractiveReader()
    raise InputError(
        f"model '{name}'",
        f"provider '{model.provider}' does not answer questions in this version",
        "choose one with provider extractive (wattrag models lists them)",
    )
