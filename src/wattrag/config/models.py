"""Declared models (`models.yaml`): chat models, embedders, cross-encoders, one entry each."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from wattrag.config.adhoc import AdHoc
from wattrag.config.base import Name
from wattrag.config.chat import BedrockModel, ChatEntry, OpenAIModel, OpenRouterModel
from wattrag.config.declared import DeclaredModel
from wattrag.config.embedders import (
    CrossEncoderModel,
    OpenAIEmbedder,
    SentenceTransformersEmbedder,
)
from wattrag.config.local_chat import HFLocalModel, LlamaCppModel
from wattrag.config.plugins import plugins
from wattrag.config.problems import first_problem, nearest
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

    def identity(self, precision: str) -> dict[str, object]:
        """What of this entry determines an answer."""
        return {"provider": self.provider, "precision": precision}

    @property
    def devices(self) -> int:
        """GPUs that a job holds."""
        return 0

    @property
    def memory_mb(self) -> int:
        """Main memory that a job needs, in MB."""
        return 1000


Answering = ExtractiveModel | ChatEntry
"""Entries that answer questions."""
EmbedderEntry = SentenceTransformersEmbedder | OpenAIEmbedder
"""Entries that turn texts into vectors."""
Registry = dict[Name, DeclaredModel]
ENTRIES: tuple[type[DeclaredModel], ...] = (
    ExtractiveModel,
    HFLocalModel,
    LlamaCppModel,
    OpenAIModel,
    OpenRouterModel,
    BedrockModel,
    SentenceTransformersEmbedder,
    OpenAIEmbedder,
    CrossEncoderModel,
)
"""Every kind of entry, plugins' aside."""


def _kinds() -> dict[str, type[DeclaredModel]]:
    """Every kind of entry by its provider."""
    own = {get_args(e.model_fields["provider"].annotation)[0]: e for e in ENTRIES}
    return {**own, **{name: provider.entry for name, provider in plugins().items()}}


@cache
def _adapter() -> TypeAdapter[Registry]:
    kinds = tuple(_kinds().values())
    declared: Any = Annotated[Union[kinds], Field(discriminator="provider")]  # noqa: UP007
    return TypeAdapter(dict[Name, declared])


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
        return _adapter().validate_python(data or {})
    except ValidationError as error:
        raise InputError(str(path), *first_problem(error)) from error


def adhoc(provider: str, model_id: str | None, settings: Mapping[str, Any]) -> ChatEntry:
    """A chat model's entry that stands in no file.

    Args:
        provider: as in `models.yaml`.
        model_id: the provider's name for it; None if `settings` say.
        settings: further keys of the entry.

    Raises:
        InputError: no such provider, or a key or value that it does not take.
    """
    where = f"model '{provider}:{model_id}'" if model_id else f"provider '{provider}'"
    kind = _kinds().get(provider)
    if kind is None:
        problem, cure = f"there is no provider '{provider}'", nearest(provider, list(_kinds()))
        raise InputError(where, problem, cure)
    if not issubclass(kind, ChatEntry):
        raise InputError(where, "is no chat model", "name a chat provider, as openai or hf_local")
    data = {"name": model_id, **settings, "provider": provider}
    if model_id is not None:
        data["model_id"] = model_id
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        problem, cure = first_problem(error, kind)
        if cure == "add it":
            cure = "an entry of config/models.yaml can have it"
        raise InputError(where, problem, cure) from error


def adhoc_entry(model: AdHoc, settings: Mapping[str, Any] | None = None) -> ChatEntry:
    """The entry of an ad-hoc model; tables call it by its id.

    Raises:
        InputError: as `adhoc`.
    """
    pinned = {} if model.revision is None else {"revision": model.revision}
    return adhoc(model.provider, model.model_id, {**(settings or {}), **pinned})
