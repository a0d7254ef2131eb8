"""Cross-encoders: a model that reads question and text together, and scores how well they fit."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from wattrag.config.embedders import CrossEncoderModel
from wattrag.config.models import Registry
from wattrag.errors import InputError
from wattrag.files import digest
from wattrag.llm.embedders.batches import features, fixed_batches
from wattrag.llm.weights.loading import check_pinned, load_weights, numerics_of, prepare

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

CODE = ("llm/embedders/batches.py", "llm/embedders/cross_encoder.py", "llm/weights/loading.py")
"""The files of the library that determine a score."""
DIGITS = 6
"""Decimals of a score."""


class Reranker(Protocol):
    """Scores texts for a question; a pair's score depends on the pair alone."""

    @property
    def key(self) -> str:
        """Names everything that determines a score besides the pair."""
        ...

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """One score per text, higher is better, f32, shape (texts,)."""
        ...


class LocalReranker:
    """A sentence-transformers cross-encoder; loaded when the first pair is scored."""

    def __init__(self, entry: CrossEncoderModel) -> None:
        self._entry = entry

    @property
    def key(self) -> str:
        """Names everything that determines a score besides the pair."""
        return digest({**self._entry.identity, **numerics_of(self._entry)})[:16]

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """One score per text, f32, shape (texts,), rounded to 6 decimals.

        It is what the network puts out, before a sigmoid: the order is the same, and two very
        good texts do not both become 1.

        Raises:
            InputError: the model is not here or not pinned, or puts out more than one number.
        """
        scores = np.zeros(len(texts), dtype=np.float32)
        if not texts:
            return scores
        model, size, longest = _load_model(self._entry), self._entry.batch_size, self._longest
        tokens = model.tokenizer(
            [query] * len(texts), list(texts), truncation="longest_first", max_length=longest
        )
        lengths = [len(row) for row in tokens["input_ids"]]
        for rows, length in fixed_batches(lengths, size, longest):
            inputs = features(model.tokenizer, tokens, rows, size, length)
            scores[rows] = _forward(model, inputs)[: len(rows)]
        return np.round(scores, DIGITS)

    @property
    def _longest(self) -> int:
        limit: int | None = _load_model(self._entry).max_seq_length
        return self._entry.max_length if limit is None else min(self._entry.max_length, limit)


def declared_reranker(registry: Registry, name: str, where: str) -> Reranker:
    """The cross-encoder that is declared under `name`; its weights are loaded when needed.

    Args:
        registry: the declared models.
        name: of the entry.
        where: the setting that names it, for messages.

    Raises:
        InputError: there is none of this name, or its weights are not pinned.
    """
    entry = registry.get(name)
    if not isinstance(entry, CrossEncoderModel):
        known = [n for n, e in registry.items() if isinstance(e, CrossEncoderModel)]
        cure = f"declared are: {', '.join(known) or 'none'}"
        raise InputError(where, f"'{name}' is no cross-encoder of models.yaml", cure)
    check_pinned(entry)
    return LocalReranker(entry)


def _forward(model: "CrossEncoder", inputs: dict[str, Any]) -> NDArray[np.float32]:
    """Scores of one batch, f32, shape (batch_size,)."""
    import torch

    placed = {name: tensor.to(model.device) for name, tensor in inputs.items()}
    with torch.inference_mode():
        output: Any = model(placed)
    found: NDArray[np.float32] = output["scores"].float().reshape(-1).cpu().numpy()
    return found


@cache
def _load_model(entry: CrossEncoderModel) -> "CrossEncoder":
    prepare(entry)
    from sentence_transformers import CrossEncoder

    model: CrossEncoder = load_weights(entry, CrossEncoder)
    if model.num_labels != 1:
        problem = f"puts out {model.num_labels} numbers for a pair instead of one score"
        raise InputError(entry.name, problem, "name a model for reranking")
    return model.eval()
