"""Declared models (`models.yaml`): chat models, embedders, cross-encoders, one entry each."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, TypeAdapter, ValidationError, field_validator

from wattrag.config.address import check_address
from wattrag.config.base import Config, Name
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


class Prices(Config):
    """What a provider charges, in US dollars for a million tokens."""

    input: float = Field(ge=0)
    """For what is sent."""
    output: float = Field(ge=0)
    """For what is replied."""


class OpenAIModel(DeclaredModel):
    """A model behind a server that speaks Chat Completions: OpenAI's own, or any other."""

    provider: Literal["openai"]
    """Calls a server; the key is the environment's `OPENAI_API_KEY`."""
    model_id: str
    """The server's name for the model; a dated one, where there is one, keeps its replies."""
    base_url: str | None = None
    """Address of the server, as `http://localhost:8000/v1`; null: `OPENAI_BASE_URL`, or OpenAI."""
    max_concurrent: int | None = Field(default=None, ge=1)
    """Calls in flight at a time; null: the study's `generation.max_concurrent`."""
    prices: Prices | None = None
    """US dollars for a million tokens, as `{input: 0.15, output: 0.6}`; null: not known."""

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        return None if value is None else check_address(value)

    @property
    def precisions(self) -> tuple[str, ...]:
        """The precisions this model can run at, its default first."""
        return ("api",)

    @property
    def determinants(self) -> set[str]:
        """The fields of this entry that change a reply."""
        return {"provider", "model_id", "base_url"}


EmbedderEntry = SentenceTransformersEmbedder | OpenAIEmbedder
"""Entries that turn texts into vectors."""
Declared = Annotated[
    ExtractiveModel
    | OpenAIModel
    | SentenceTransformersEmbedder
    | OpenAIEmbedder
    | CrossEncoderModel,
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
