"""Embedders: text in, unit vectors out, for questions and for passages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from wattrag.config.declared import DeclaredModel
from wattrag.config.embedders import OpenAIEmbedder, SentenceTransformersEmbedder
from wattrag.config.models import EmbedderEntry, Registry
from wattrag.errors import InputError
from wattrag.files import digest
from wattrag.store.vectors import FloatMatrix

Role = Literal["query", "passage"]
"""What a text is: some models embed a question otherwise than the passage that answers it."""

CODE = (
    "llm/embedders/batches.py",
    "llm/embedders/bert.py",
    "llm/embedders/custom_code.py",
    "llm/embedders/embedding.py",
    "llm/embedders/openai_embeddings.py",
    "llm/embedders/packs.py",
    "llm/embedders/sentence_transformers.py",
    "llm/weights/loading.py",
)
"""The files of the library that determine a vector."""


class Embedder(Protocol):
    """Turns texts into unit vectors; the same text always into the same bytes."""

    @property
    def key(self) -> str:
        """Names the vector space: vectors of equal key can be compared, whatever made them."""
        ...

    @property
    def dimensions(self) -> int:
        """Numbers per vector."""
        ...

    @property
    def in_processes(self) -> bool:
        """Whether several processes embed faster than one."""
        ...

    @property
    def chunk(self) -> int:
        """Texts worth embedding in one call."""
        ...

    def vector_key(self, role: Role) -> str:
        """Names everything that determines a vector's bytes besides its text; a file name.

        That is the space, what the model is given for this role, and what computes: device,
        number format, shape of a batch. Roles that a model does not tell apart share one.
        """
        ...

    def encode(self, texts: Sequence[str], role: Role) -> FloatMatrix:
        """Vectors of unit length, f32, shape (texts, dimensions)."""
        ...


class ImageEmbedder(Embedder, Protocol):
    """An embedder that puts images into the same space as texts."""

    def encode_images(self, images: Sequence[bytes | Path]) -> FloatMatrix:
        """Vectors of unit length, f32, shape (images, dimensions).

        Args:
            images: encoded images (PNG, JPEG, WebP, …), or the files that hold them.

        Raises:
            InputError: one of them is no image, or is too large.
        """
        ...


def embedder_key(entry: EmbedderEntry) -> str:
    """The key of an entry's vector space, without loading anything."""
    return digest(entry.identity)[:16]


def load_embedder(entry: DeclaredModel) -> Embedder:
    """The embedder of an entry of `models.yaml`; its weights are loaded when first needed.

    Raises:
        InputError: the entry embeds nothing, or its weights are not pinned.
    """
    if isinstance(entry, OpenAIEmbedder):
        from wattrag.llm.embedders.openai_embeddings import RemoteEmbedder

        return RemoteEmbedder(entry)
    if not isinstance(entry, SentenceTransformersEmbedder):
        raise InputError(entry.name, "is no embedder", "name an entry that embeds")
    if entry.trust_remote_code:
        from wattrag.llm.embedders.custom_code import CustomCodeEmbedder

        return CustomCodeEmbedder(entry)
    from wattrag.llm.embedders.sentence_transformers import LocalEmbedder

    return LocalEmbedder(entry)


def embedder_of_index(registry: Registry, key: str) -> Embedder:
    """The declared embedder that has this key.

    Raises:
        InputError: no entry has it, or its weights are not pinned.
    """
    for entry in registry.values():
        if isinstance(entry, EmbedderEntry) and embedder_key(entry) == key:
            return load_embedder(entry)
    problem = f"declares no embedder with the index's key {key}"
    raise InputError("models.yaml", problem, "declare the index's embedder, or build it again")
