"""Embedders: text in, unit vectors out.

A vector must depend on its text alone, or an updated index would differ from a fresh one. It does
not by itself: padded to its batch's longest text, a vector moves in its last bits (measured with
all-MiniLM-L6-v2, 800 sentences: about 2e-7, in more than half of them), and even without padding
a few short texts come out differently alone than in a batch of equals. So every text goes through
the network in one fixed shape: its tokens padded to the next multiple of `PAD_TO`, in a batch of
exactly `batch_size` rows (the last one is filled up with copies). The same 800 sentences in other
orders and company were then equal bit for bit.
"""

import os
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from wattrag.config.models import Declared, Registry, SentenceTransformersEmbedder
from wattrag.errors import InputError
from wattrag.files import digest
from wattrag.store.vectors import FloatMatrix

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PAD_TO = 8
"""Token lengths are rounded up to a multiple of this."""

_SCHEME = 1
"""Part of the key: raise it when the same text gets other vectors."""


class Embedder(Protocol):
    """Turns texts into unit vectors; the same text always into the same bytes."""

    @property
    def key(self) -> str:
        """Names everything that determines a vector; a file name."""
        ...

    @property
    def dimensions(self) -> int:
        """Numbers per vector."""
        ...

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Vectors of unit length, f32, shape (texts, dimensions)."""
        ...


class LocalEmbedder:
    """A sentence-transformers model on this machine, one thread, never online.

    The model is loaded when the first text is encoded, so that stored vectors cost no import.
    """

    def __init__(self, entry: SentenceTransformersEmbedder) -> None:
        self._entry = entry

    @property
    def key(self) -> str:
        """Names everything that determines a vector."""
        return digest({**self._entry.key, "scheme": _SCHEME})[:16]

    @property
    def dimensions(self) -> int:
        """Numbers per vector."""
        return self._entry.dimensions

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Vectors of unit length, f32, shape (texts, dimensions).

        Raises:
            InputError: the model is not installed, or has other dimensions than declared.
        """
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return vectors
        tokenizer, limit = self._model.tokenizer, self._model.max_seq_length
        tokens = tokenizer(list(texts), truncation=True, max_length=limit)["input_ids"]
        for rows, length in fixed_batches([len(t) for t in tokens], self._entry.batch_size):
            vectors[rows] = self._forward([tokens[row] for row in rows], length)[: len(rows)]
        return vectors

    def _forward(self, tokens: list[list[int]], length: int) -> FloatMatrix:
        """Run one batch of the fixed shape (batch_size, length)."""
        import torch

        pad = self._model.tokenizer.pad_token_id or 0
        filled = tokens + tokens[:1] * (self._entry.batch_size - len(tokens))
        ids = torch.tensor([t + [pad] * (length - len(t)) for t in filled])
        mask = torch.tensor([[1] * len(t) + [0] * (length - len(t)) for t in filled])
        with torch.inference_mode():
            output: Any = self._model({"input_ids": ids, "attention_mask": mask})
            unit = torch.nn.functional.normalize(output["sentence_embedding"].float(), dim=1)
        result: FloatMatrix = unit.numpy()
        return result

    @property
    def _model(self) -> "SentenceTransformer":
        return _load_model(self._entry)


@cache
def _load_model(entry: SentenceTransformersEmbedder) -> "SentenceTransformer":
    """The model of an entry, once a process.

    Raises:
        InputError: it is not installed, or has other dimensions than declared.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ImportError as error:
        cure = "install the extra `wattrag[example]`"
        raise InputError(entry.name, f"needs the package '{error.name}'", cure) from error
    torch.set_num_threads(1)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(_location(entry), device="cpu", revision=entry.revision)
    except OSError as error:
        cure = "install the embedder's package or fetch its weights first"
        raise InputError(entry.name, "its weights are not here", cure) from error
    found = model.get_embedding_dimension()
    if found != entry.dimensions:
        problem = f"has {found} dimensions, declared are {entry.dimensions}"
        raise InputError(entry.name, problem, "correct `dimensions` in models.yaml")
    return model.eval()


def _location(entry: SentenceTransformersEmbedder) -> str:
    """The folder of the packaged model, or the hub id."""
    if entry.package is None:
        return entry.model_id or ""
    try:
        return str(resources.files(entry.package) / "model")
    except ModuleNotFoundError as error:
        cure = f"install {entry.package.replace('_', '-')}"
        problem = f"the package '{entry.package}' is missing"
        raise InputError(entry.name, problem, cure) from error


def load_embedder(entry: Declared) -> Embedder:
    """The embedder of an entry of `models.yaml`; its weights are loaded when first needed.

    Raises:
        InputError: the entry is a chat model.
    """
    if isinstance(entry, SentenceTransformersEmbedder):
        return LocalEmbedder(entry)
    raise InputError(entry.name, "is no embedder", "name an entry that embeds")


def embedder_of_index(registry: Registry, key: str) -> Embedder:
    """The declared embedder that has this key.

    Raises:
        InputError: no entry has it.
    """
    for entry in registry.values():
        if isinstance(entry, SentenceTransformersEmbedder):
            embedder = LocalEmbedder(entry)
            if embedder.key == key:
                return embedder
    problem = f"declares no embedder with the index's key {key}"
    raise InputError("models.yaml", problem, "declare the index's embedder, or build it again")


def fixed_batches(lengths: Sequence[int], size: int) -> Iterator[tuple[list[int], int]]:
    """Rows of equal padded length, `size` at a time, with that length; the longest first."""
    padded: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        padded.setdefault(-(-length // PAD_TO) * PAD_TO, []).append(row)
    for length in sorted(padded, reverse=True):
        rows = padded[length]
        for start in range(0, len(rows), size):
            yield rows[start : start + size], length
