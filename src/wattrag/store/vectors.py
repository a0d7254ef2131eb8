"""Text vectors, stored by embedder and by the hash of the text."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from wattrag.store.segments import Damage, SegmentWriter, read_segments

FloatMatrix = NDArray[np.float32]
_HASH_BYTES = hashlib.sha256().digest_size


class VectorStore:
    """The vectors of all embedders under one folder; see `wattrag.store.segments` for its safety.

    Each embedder has a folder of its own, named by its key. Deleting the store costs time only.
    """

    def __init__(self, root: Path) -> None:
        self._root = root / "vectors"
        self._writers: dict[str, SegmentWriter] = {}
        self.damage = Damage()

    def get(
        self, embedder_key: str, texts: Sequence[str], dimensions: int
    ) -> dict[str, FloatMatrix]:
        """The stored vectors among those of `texts`, by text; each of shape (dimensions,), f32."""
        wanted = {text_hash(text): text for text in texts}
        found: dict[str, FloatMatrix] = {}
        for payload in read_segments(self._folder(embedder_key), self.damage):
            text = wanted.get(bytes(payload[:_HASH_BYTES]))
            if text is None or text in found:
                continue
            if len(payload) == _HASH_BYTES + 4 * dimensions:
                found[text] = np.frombuffer(payload, "<f4", offset=_HASH_BYTES).copy()
        return found

    def add(self, embedder_key: str, texts: Sequence[str], vectors: FloatMatrix) -> None:
        """Store one vector (a row of `vectors`) per text; on the disk when this returns."""
        writer = self._writers.get(embedder_key)
        if writer is None:
            writer = self._writers[embedder_key] = SegmentWriter(self._folder(embedder_key))
        rows = np.ascontiguousarray(vectors, dtype="<f4")
        pairs = zip(texts, rows, strict=True)
        writer.append(text_hash(text) + row.tobytes() for text, row in pairs)

    def close(self) -> None:
        """Close this process's segments."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _folder(self, embedder_key: str) -> Path:
        return self._root / embedder_key


def text_hash(text: str) -> bytes:
    """SHA-256 of the text's UTF-8 form."""
    return hashlib.sha256(text.encode("utf-8")).digest()
