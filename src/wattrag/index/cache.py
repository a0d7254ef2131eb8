"""Embedding through the vector store: no text is ever embedded twice."""

import logging
from collections.abc import Sequence

import numpy as np

from wattrag.index.embed import Embedder
from wattrag.index.parallel import encode_chunks
from wattrag.store.vectors import FloatMatrix, VectorStore

CHUNK = 512
"""Texts embedded between two writes to the store: what a kill can lose."""

_log = logging.getLogger(__name__)


def embed_texts(
    embedder: Embedder, store: VectorStore, texts: Sequence[str], workers: int = 1
) -> FloatMatrix:
    """Unit vectors of `texts`, f32, shape (texts, dimensions); only unknown texts are embedded.

    Args:
        embedder: encodes what `store` lacks.
        store: known vectors; new ones are added chunk by chunk.
        texts: in any order, repeats allowed.
        workers: processes that encode; the vectors do not depend on it.
    """
    unique = list(dict.fromkeys(texts))
    known = store.get(embedder.key, unique, embedder.dimensions)
    missing = sorted((t for t in unique if t not in known), key=lambda t: (-len(t), t))
    chunks = [missing[start : start + CHUNK] for start in range(0, len(missing), CHUNK)]
    done = 0
    for chunk, vectors in zip(chunks, encode_chunks(embedder, chunks, workers), strict=True):
        store.add(embedder.key, chunk, vectors)
        known.update(zip(chunk, vectors, strict=True))
        done += len(chunk)
        _log.info(
            "embedded %d of %d texts, %d were known", done, len(missing), len(unique) - len(missing)
        )
    result = np.zeros((len(texts), embedder.dimensions), dtype=np.float32)
    for row, text in enumerate(texts):
        result[row] = known[text]
    return result
