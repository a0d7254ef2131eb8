"""Models that bring their own code (Jina v3 and v4): encoded by that code, texts and images.

Their code pads and batches as it likes, so a vector may move in its last bits with the texts it
is encoded with; what is stored is never encoded again.
"""

import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wattrag.errors import InputError
from wattrag.llm.embedders.sentence_transformers import LocalEmbedder
from wattrag.store.vectors import FloatMatrix

if TYPE_CHECKING:
    from PIL.Image import Image

    from wattrag.llm.embedders.embedding import Role

_ADDRESS = re.compile(r"\s*(query: |passage: )?(https?:|data:|file:|ftp:|[/.~])", re.IGNORECASE)


class CustomCodeEmbedder(LocalEmbedder):
    """A sentence-transformers model that needs `trust_remote_code`."""

    def encode(self, texts: Sequence[str], role: "Role") -> FloatMatrix:
        """Vectors of unit length, f32, shape (texts, dimensions); see `LocalEmbedder`."""
        given = self._given(role)
        options = given.model_dump(exclude_none=True)
        if given.prompt_name is not None and texts:
            self._prompt(given)  # refuses a name that the model does not know
        return self._encode([as_plain_text(text) for text in texts], options)

    def encode_images(self, images: Sequence[bytes | Path]) -> FloatMatrix:
        """Vectors of unit length, f32, shape (images, dimensions), for passages.

        Raises:
            InputError: one of them is no image, is too large, or the model reads no images.
        """
        if not self._entry.images:
            cure = "name an embedder with `images: true`"
            raise InputError(self._entry.name, "does not embed images", cure)
        task = self._entry.passage.task
        opened = [_opened(number, image) for number, image in enumerate(images, start=1)]
        first: Any = self._model[0] if opened else None
        if opened and not hasattr(first, "modalities"):
            # Code older than this attribute; the library takes it to read texts only.
            first.modalities = ["text", "image"]
        return self._encode(opened, {} if task is None else {"task": task})

    def _encode(self, inputs: "Sequence[str | Image]", options: dict[str, Any]) -> FloatMatrix:
        if not inputs:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        vectors: FloatMatrix = self._model.encode(
            list(inputs),
            batch_size=self._entry.batch_size,
            truncate_dim=self.dimensions,
            normalize_embeddings=True,
            show_progress_bar=False,
            **options,
        ).astype(np.float32)
        if vectors.shape != (len(inputs), self.dimensions):
            problem = f"has {vectors.shape[-1]} dimensions, declared are {self.dimensions}"
            raise InputError(self._entry.name, problem, "correct `dimensions` in models.yaml")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        lengths[lengths == 0] = 1
        unit: FloatMatrix = vectors / lengths
        return unit


def as_plain_text(text: str) -> str:
    """`text` in a form that is not taken for an address or a file name.

    The code of jina-embeddings-v4 fetches a text that starts with `http` and opens one that
    names a file, behind its own prompts too. Texts come from documents that nobody vouches for.
    """
    return f" {text}" if _ADDRESS.match(text) or os.path.exists(text) else text  # noqa: PTH110


def _opened(number: int, image: bytes | Path) -> "Image":
    from PIL import Image, UnidentifiedImageError

    where = str(image) if isinstance(image, Path) else f"image {number}"
    try:
        with Image.open(image if isinstance(image, Path) else io.BytesIO(image)) as opened:
            return opened.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(where, "is no image that can be read", "leave it out") from error
