"""Embedders of the provider `sentence_transformers`: on this machine, never online."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from wattrag.errors import InputError
from wattrag.files import digest
from wattrag.llm.embedders.batches import features, fixed_batches
from wattrag.llm.weights.loading import device_of, load_weights, numerics_of, prepare
from wattrag.store.vectors import FloatMatrix

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

    from wattrag.config.embedders import RoleInput, SentenceTransformersEmbedder
    from wattrag.llm.embedders.embedding import Role

_SCHEMES = {"cpu": 3}
_SCHEME = 2
"""Part of the vectors' key, by device: raise it when the same text gets other vectors."""


class LocalEmbedder:
    """A sentence-transformers model, called so that a vector depends on its text alone.

    The model is loaded when the first text is encoded, so that stored vectors cost no import.
    """

    def __init__(self, entry: "SentenceTransformersEmbedder") -> None:
        self._entry = entry

    @property
    def key(self) -> str:
        """Names the vector space."""
        return digest(self._entry.identity)[:16]

    @property
    def dimensions(self) -> int:
        """Numbers per vector."""
        return self._entry.dimensions

    @property
    def in_processes(self) -> bool:
        """Several processes are faster on a CPU; one fills a GPU."""
        return self._entry.device == "cpu"

    @property
    def chunk(self) -> int:
        """Texts worth encoding in one call: many full batches."""
        return max(512, 16 * self._entry.batch_size)

    def vector_key(self, role: "Role") -> str:
        """Names everything that determines a vector's bytes besides its text."""
        determinants = {**self._entry.vector_identity(role), **numerics_of(self._entry)}
        scheme = _SCHEMES.get(device_of(self._entry), _SCHEME)
        return digest({**determinants, "scheme": scheme})[:16]

    def encode(self, texts: Sequence[str], role: "Role") -> FloatMatrix:
        """Vectors of unit length, f32, shape (texts, dimensions).

        Raises:
            InputError: the model is not here or not pinned, or has other dimensions or prompts
                than declared.
        """
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return vectors
        given = self._given(role)
        prompt = self._prompt(given)
        tokens = self._model.tokenizer(
            [prompt + text for text in texts], truncation=True, max_length=self._longest
        )
        extra = self._extra(prompt, given)
        # Not before the model: loading it tells of a package that is missing.
        from wattrag.llm.embedders.bert import embedded, reads_packs

        if given.task is None and reads_packs(self._model):
            found = embedded(self._model, tokens["input_ids"], extra)
        else:
            found = self._of_batches(tokens, extra, given.task)
        for rows, batch in found:  # copied at last: a GPU need not wait for it
            vectors[rows] = self._unit(batch[: len(rows)])
        return vectors

    def _of_batches(
        self, tokens: Mapping[str, Sequence[Sequence[int]]], extra: dict[str, Any], task: str | None
    ) -> list[tuple[list[int], "torch.Tensor"]]:
        """Rows with what the model makes of them, in batches of fixed shapes."""
        lengths, size = [len(row) for row in tokens["input_ids"]], self._entry.batch_size
        tokens = {name: tokens[name] for name in ("input_ids", "attention_mask")}
        found = []
        for rows, length in fixed_batches(lengths, size, self._longest):
            inputs = features(self._model.tokenizer, tokens, rows, size, length)
            found.append((rows, self._forward(inputs, extra, task)))
        return found

    def _forward(
        self, inputs: "dict[str, torch.Tensor]", extra: dict[str, Any], task: str | None
    ) -> "torch.Tensor":
        """Vectors of one batch, f32, shape (batch_size, dimensions)."""
        import torch

        placed = {name: tensor.to(self._model.device) for name, tensor in inputs.items()}
        options = {} if task is None else {"task": task}
        with torch.inference_mode():
            output: Any = self._model({**placed, **extra}, **options)
        vectors: torch.Tensor = output["sentence_embedding"]
        return vectors

    def _unit(self, vectors: "torch.Tensor") -> FloatMatrix:
        """As many of their numbers as declared, at unit length."""
        import torch

        kept = vectors.float()[:, : self.dimensions]
        found: FloatMatrix = torch.nn.functional.normalize(kept, dim=1).cpu().numpy()
        return found

    def _given(self, role: "Role") -> "RoleInput":
        return self._entry.query if role == "query" else self._entry.passage

    def _prompt(self, given: "RoleInput") -> str:
        """The text before each text."""
        if given.prompt_name is None:
            return given.prompt or ""
        found: str | None = self._model.prompts.get(given.prompt_name)
        if not found:  # the library fills in empty ones for a model that has none
            known = sorted(name for name, text in self._model.prompts.items() if text)
            problem = f"the model has no prompt '{given.prompt_name}'"
            raise InputError(self._entry.name, problem, f"it has: {', '.join(known) or 'none'}")
        return found

    def _extra(self, prompt: str, given: "RoleInput") -> dict[str, Any]:
        """The prompt's tokens, for models that leave them out of the mean."""
        if not prompt:
            return {}
        options = {} if given.task is None else {"task": given.task}
        shown = self._model.preprocess(["text"], prompt=prompt, **options)
        return {name: shown[name] for name in ("prompt_length",) if name in shown}

    @property
    def _longest(self) -> int:
        """Tokens of a text that the model reads."""
        longest: int | None = self._entry.max_seq_length or self._model.max_seq_length
        if longest is None:
            cure = "set `max_seq_length` in models.yaml"
            raise InputError(self._entry.name, "does not say how long a text may be", cure)
        return longest

    @property
    def _model(self) -> "SentenceTransformer":
        return load_model(self._entry)


@cache
def load_model(entry: "SentenceTransformersEmbedder") -> "SentenceTransformer":
    """The model of an entry, once a process.

    Raises:
        InputError: it is not here or not pinned, or has other dimensions than declared.
    """
    prepare(entry)
    from sentence_transformers import SentenceTransformer

    model: SentenceTransformer = load_weights(entry, SentenceTransformer)
    found = model.get_embedding_dimension()
    cut = entry.dimensions in entry.matryoshka and entry.dimensions < (found or 0)
    if found is not None and found != entry.dimensions and not cut:
        problem = f"has {found} dimensions, declared are {entry.dimensions}"
        cure = "correct `dimensions` in models.yaml (`matryoshka` lists what it can be cut to)"
        raise InputError(entry.name, problem, cure)
    if entry.max_seq_length is not None:
        model.max_seq_length = entry.max_seq_length
    return model.eval()
