"""Embedding through the vector store: no text is ever embedded twice."""

import logging
from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.progress import track

from wattrag.index.embed import Embedder
from wattrag.store.vectors import FloatMatrix, VectorStore

CHUNK = 512
"""Texts embedded between two writes to the store: what a kill can lose."""

_log = logging.getLogger(__name__)


def embed_texts(embedder: Embedder, store: VectorStore, texts: Sequence[str]) -> FloatMatrix:
    """Unit vectors of `texts`, f32, shape (texts, dimensions); only unknown texts are embedded."""
    unique = list(dict.fromkeys(texts))
    known = store.get(embedder.key, unique, embedder.dimensions)
    missing = sorted((t for t in unique if t not in known), key=lambda t: (-len(t), t))
    if missing:
        _log.info("embedding %d of %d texts", len(missing), len(unique))
    chunks = [missing[start : start + CHUNK] for start in range(0, len(missing), CHUNK)]
    console = Console(stderr=True)
    for chunk in track(chunks, "Embedding", console=console, disable=len(chunks) <= 1):
        vectors = embedder.encode(chunk)
        store.add(embedder.key, chunk, vectors)
        known.update(zip(chunk, vectors, strict=True))
    result = np.zeros((len(texts), embedder.dimensions), dtype=np.float32)
    for row, text in enumerate(texts):
        result[row] = known[text]
    return result
