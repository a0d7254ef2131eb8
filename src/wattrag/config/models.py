"""Declared models (`models.yaml`): chat models, embedders, cross-encoders, one entry each."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from wattrag.config.base import Name
from wattrag.config.declared import DeclaredModel
from wattrag.config.embedders import (
    CrossEncoderModel,
    OpenAIEmbedder,
    SentenceTransformersEmbedder,
)
from wattrag.config.problems import first_problem
from wattrag.errors import InputError
from wattrag.files import read_bytes


class ExtractiveModel(DeclaredModel):
    """The reader without weights: it answers from the retrieved sentences alone."""

    provider: Literal["extractive"]
    """Runs everywhere: neither weights nor a key."""

    @property
    def precisions(self) -> tuple[str, ...]:
        """The precisions this model can run at, its default first."""
        return ("none",)

    @property
    def determinants(self) -> set[str]:
        """The fields of this entry that change an answer."""
        return {"provider"}


EmbedderEntry = SentenceTransformersEmbedder | OpenAIEmbedder
"""Entries that turn texts into vectors."""
Declared = Annotated[
    ExtractiveModel | SentenceTransformersEmbedder | OpenAIEmbedder | CrossEncoderModel,
    Field(discriminator="provider"),
]
Registry = dict[Name, Declared]
_ADAPTER: TypeAdapter[Registry] = TypeAdapter(Registry)


def read_models(path: Path) -> Registry:
    """Read a `models.yaml`.

    Raises:
        InputError: not YAML, or an entry that does not fit; its key is named.
    """
    try:
        data = yaml.safe_load(read_bytes(path))
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: no such date
        raise InputError(str(path), "is not valid YAML", str(error)) from error
    try:
        return _ADAPTER.validate_python(data or {})
    except ValidationError as error:
        raise InputError(str(path), *first_problem(error)) from error
