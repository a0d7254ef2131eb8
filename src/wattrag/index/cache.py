"""Embedding through the vector store: no text is ever embedded twice."""

from collections.abc import Sequence

import numpy as np

from wattrag.index.parallel import encode_chunks
from wattrag.llm.embedders.embedding import Embedder, Role
from wattrag.llm.progress import progress
from wattrag.store.vectors import FloatMatrix, VectorStore


def embed_texts(
    embedder: Embedder,
    store: VectorStore,
    texts: Sequence[str],
    role: Role = "passage",
    workers: int = 1,
) -> FloatMatrix:
    """Unit vectors of `texts`, f32, shape (texts, dimensions); only unknown texts are embedded.

    Args:
        embedder: encodes what `store` lacks.
        store: known vectors; new ones are added chunk by chunk.
        texts: in any order, repeats allowed.
        role: whether the texts are questions or passages.
        workers: processes that encode; the vectors do not depend on it.
    """
    unique, key = list(dict.fromkeys(texts)), embedder.vector_key(role)
    known = store.get(key, unique, embedder.dimensions)
    missing = sorted((t for t in unique if t not in known), key=lambda t: (-len(t), t))
    size = embedder.chunk
    chunks = [missing[start : start + size] for start in range(0, len(missing), size)]
    note = f", {len(unique) - len(missing)} were known"
    with progress("embedding texts", len(missing), note) as advance:
        encoded = encode_chunks(embedder, chunks, role, workers)
        for chunk, vectors in zip(chunks, encoded, strict=True):
            store.add(key, chunk, vectors)
            known.update(zip(chunk, vectors, strict=True))
            advance(len(chunk))
    result = np.zeros((len(texts), embedder.dimensions), dtype=np.float32)
    for row, text in enumerate(texts):
        result[row] = known[text]
    return result
