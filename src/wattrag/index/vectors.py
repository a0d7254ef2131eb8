"""The vector index: a usearch file with pinned number format, connectivity and threads.

Up to `EXACT_BELOW` vectors every search compares with all of them: one matrix product for a block
of queries (usearch's own exact batch search measured 5 to 10 times slower). The file then carries
the sparsest graph usearch can write, which costs nothing to make and is not used. Above, the file
is a full HNSW graph, read memory-mapped.
"""

from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

# PyMuPDF's onnxruntime must be loaded before usearch: in the other order its import crashes the
# interpreter (both bring parts of libstdc++; usearch 2.26, onnxruntime 1.31).
import onnxruntime  # noqa: F401
from numpy.typing import NDArray
from usearch.compiled import ScalarKind
from usearch.index import Index as UsearchIndex

from wattrag.errors import InputError
from wattrag.index.searched import Mode, Positions
from wattrag.index.targets import Targets, unit
from wattrag.store.vectors import FloatMatrix

EXACT_BELOW = 200_000
QUERY_BLOCK = 8
"""Queries per matrix product, so that a question's scores do not depend on the other questions.

Measured with OpenBLAS: in blocks of 24 and more, or with the queries on the left, a query's last
bits change with its place in the block; in blocks of 8 on the right they never did.
"""

Dtype = Literal["f32", "f16", "i8"]
_CONNECTIVITY: dict[Mode, int] = {"exact": 2, "hnsw": 16}
_EXPANSION_ADD: dict[Mode, int] = {"exact": 1, "hnsw": 128}
_EXPANSION_SEARCH, _EXPANSION_SEARCH_LARGE = 48, 1024
"""Candidates an HNSW search keeps. On 25,000 vectors, which are searched exactly unless speed is
all that counts, recall@10 was 0.961 and 0.985 with 48 and 128, at 0.5 and 0.8 ms a question. On
200,000 vectors it was 0.952, 0.971, 0.971 and 0.991 with 128, 256, 512 and 1024, at 0.5, 0.6, 1.2
and 2.1 ms."""
COSINE_DIGITS = 6
"""Decimals of a cosine that count: the last bits differ from one processor to the next."""
_SPARE = 32
"""Candidates beyond those wanted: room for what one product for many queries gets wrong."""
_SCORES_AT_ONCE = 1 << 22
"""Cosines in memory at a time, 16 MB."""


def search_mode(vectors: int) -> Mode:
    """How an index of this size is searched."""
    return "exact" if vectors < EXACT_BELOW else "hnsw"


def write_vectors(path: Path, targets: Targets, dtype: Dtype, mode: Mode) -> None:
    """Write search vectors, key = position in `targets`."""
    index = UsearchIndex(
        ndim=targets.vectors.shape[1],
        metric="cos",
        dtype=dtype,
        connectivity=_CONNECTIVITY[mode],
        expansion_add=_EXPANSION_ADD[mode],
        expansion_search=_expansion_search(len(targets.rows)),
    )
    index.add(np.arange(len(targets.rows)), _stored(targets.vectors, dtype), threads=1)
    index.save(str(path))


class VectorIndex:
    """Search over the vectors of an index; opens the file memory-mapped."""

    def __init__(self, path: Path, rows: Positions, mode: Mode) -> None:
        """Open `path`, whose vectors stand for the nodes in `rows`.

        Raises:
            InputError: no usearch index, or of another size than `rows`.
        """
        self.rows, self.mode = rows, mode
        index = _restore(path, _expansion_search(len(rows)))
        if index is None or len(index) != len(rows):
            raise InputError(str(path), "is not the vector index of its manifest", "build it again")
        self._index = index

    @property
    def dimensions(self) -> int:
        """Numbers per vector."""
        return int(self._index.ndim)

    @cached_property
    def matrix(self) -> FloatMatrix:
        """All vectors at unit length, f32, shape (vectors, dimensions); i8 rows regain scale."""
        found: Any = self._index.get(np.arange(len(self.rows)))
        return unit(np.vstack(found).astype(np.float32))

    def nearest(self, queries: FloatMatrix, k: int) -> tuple[Positions, FloatMatrix]:
        """The `k` nearest vectors of every query, best first: positions and cosines.

        Faster than `scores` where nothing else is needed. A query finds the same alone as among
        others: candidates come from one product for many queries, whose last bits depend on its
        shape; what counts are their cosines, computed one by one.

        Args:
            queries: unit vectors, shape (queries, dimensions).
            k: at most the number of vectors.

        Returns:
            Two arrays of shape (queries, k); an approximate search pads with position -1 and
            cosine -inf what it did not find.
        """
        if self.mode == "exact":
            return exact_nearest(self.matrix, self._columns, queries, k)
        return self._approximate(queries, k)

    def _approximate(self, queries: FloatMatrix, k: int) -> tuple[Positions, FloatMatrix]:
        keys = np.full((len(queries), k), -1, dtype=np.int64)
        cosines = np.full((len(queries), k), -np.inf, dtype=np.float32)
        for number, query in enumerate(queries):
            matches = self._index.search(self._scaled(query), k, threads=1)
            keys[number, : len(matches)] = matches.keys
            cosines[number, : len(matches)] = 1 - matches.distances
        return keys, cosines

    @cached_property
    def _columns(self) -> FloatMatrix:
        """`matrix` with a vector a column: one query reads it twice as fast that way."""
        return np.ascontiguousarray(self.matrix.T)

    def scores(self, queries: FloatMatrix, wanted: int) -> FloatMatrix:
        """Cosines of every query with every vector, f32, shape (queries, vectors).

        Args:
            queries: unit vectors, shape (queries, dimensions).
            wanted: how many of the best each query needs; beyond them, an HNSW search leaves
                -inf where it did not look. An exact search looks everywhere.
        """
        if self.mode == "exact":
            return exact_scores(self.matrix, queries)
        result = np.full((len(queries), len(self.rows)), -np.inf, dtype=np.float32)
        keys, cosines = self._approximate(queries, wanted)
        number, place = np.nonzero(keys >= 0)
        result[number, keys[number, place]] = cosines[number, place]
        return result

    def _scaled(self, query: FloatMatrix) -> NDArray[np.generic]:
        """The query as usearch should compare it; its own cast to i8 wastes most of the range."""
        return _stored(query[None], "i8")[0] if self._index.dtype == ScalarKind.I8 else query

    def cosines(self, query: FloatMatrix, positions: Positions) -> FloatMatrix:
        """Cosines of one query with some of the vectors, f32, shape (positions,)."""
        if len(positions) == 0:
            return np.zeros(0, dtype=np.float32)
        found: Any = self._index.get(positions)
        return unit(np.vstack(found).astype(np.float32)) @ query

    def recall(self, queries: FloatMatrix, k: int = 10) -> float:
        """Share of the true `k` nearest vectors that an HNSW search finds."""
        found, _ = self.nearest(queries, k)
        true, _ = exact_nearest(self.matrix, self._columns, queries, k)
        shared = [len(set(a) & set(b)) for a, b in zip(found.tolist(), true.tolist(), strict=True)]
        return float(np.mean(shared)) / k


def exact_nearest(
    matrix: FloatMatrix, columns: FloatMatrix, queries: FloatMatrix, k: int
) -> tuple[Positions, FloatMatrix]:
    """The `k` vectors of highest cosine for every query, ties by position.

    Args:
        matrix: unit vectors, shape (vectors, dimensions).
        columns: the same with a vector a column, shape (dimensions, vectors).
        queries: unit vectors, shape (queries, dimensions).
        k: how many; all if there are fewer.

    Returns:
        Positions and cosines, shape (queries, k) each.
    """
    count = columns.shape[1]
    k, pool = min(k, count), min(k + _SPARE, count)
    at_once = max(1, _SCORES_AT_ONCE // count)
    positions = np.zeros((len(queries), k), dtype=np.int64)
    cosines = np.zeros((len(queries), k), dtype=np.float32)
    for start in range(0, len(queries), at_once):
        block = queries[start : start + at_once]
        likely = np.argpartition(block @ columns, count - pool, axis=1)[:, count - pool :]
        likely.sort(axis=1)
        exact = np.round(np.einsum("nid,nd->ni", matrix[likely], block), COSINE_DIGITS)
        order = np.argsort(-exact, axis=1, kind="stable")[:, :k]
        positions[start : start + len(block)] = np.take_along_axis(likely, order, axis=1)
        cosines[start : start + len(block)] = np.take_along_axis(exact, order, axis=1)
    return positions, cosines


def exact_scores(matrix: FloatMatrix, queries: FloatMatrix) -> FloatMatrix:
    """Cosines, f32, shape (queries, vectors); the last block is filled up with zeros."""
    blocks = []
    for start in range(0, len(queries), QUERY_BLOCK):
        block = np.zeros((QUERY_BLOCK, matrix.shape[1]), dtype=np.float32)
        part = queries[start : start + QUERY_BLOCK]
        block[: len(part)] = part
        blocks.append((matrix @ block.T).T[: len(part)])
    return np.concatenate(blocks) if blocks else np.zeros((0, len(matrix)), dtype=np.float32)


def _stored(vectors: FloatMatrix, dtype: Dtype) -> NDArray[np.generic]:
    """`vectors` in the number format of the file; i8 uses each row's full range."""
    if dtype == "f32":
        return vectors
    if dtype == "f16":
        return vectors.astype(np.float16)
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.round(vectors / np.where(largest > 0, largest, 1) * 127).astype(np.int8)


def _expansion_search(vectors: int) -> int:
    return _EXPANSION_SEARCH if vectors < EXACT_BELOW else _EXPANSION_SEARCH_LARGE


def _restore(path: Path, expansion: int) -> UsearchIndex | None:
    try:
        return UsearchIndex.restore(str(path), view=True, expansion_search=expansion)
    except (RuntimeError, ValueError, OSError):
        return None
