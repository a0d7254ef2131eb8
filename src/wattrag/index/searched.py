"""What retrieval asks of an index, wherever its parts lie.

Two seams. `VectorSearch` is a vector store: an adapter to another one (a server, a GPU library) is
one class with four members, handed to a `SearchedIndex` in place of ours. `SearchedIndex` is a
whole index; `wattrag.index.read` opens ours from its folder, `wattrag.index.memory` holds one in
memory.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from wattrag.config.settings import Lexical
from wattrag.errors import InputError
from wattrag.index.lexical import LexicalIndex
from wattrag.index.select import IndexedNode
from wattrag.llm.embedders.embedding import Embedder
from wattrag.store.vectors import FloatMatrix

Mode = Literal["exact", "hnsw"]
Positions = NDArray[np.int64]


class VectorSearch(Protocol):
    """The vectors of an index's nodes, by position; all vectors and queries have length 1."""

    rows: Positions
    """Node row of each vector, shape (vectors,); a node may have two."""
    mode: Mode
    """`exact` if every search compares with every vector."""

    def scores(self, queries: FloatMatrix, wanted: int) -> FloatMatrix:
        """Cosines of every query with every vector, f32, shape (queries, vectors).

        Args:
            queries: shape (queries, dimensions).
            wanted: how many of the best each query needs; an approximate search leaves -inf
                where it did not look.
        """
        ...

    def cosines(self, query: FloatMatrix, positions: Positions) -> FloatMatrix:
        """Cosines of one query with some of the vectors, f32, shape (positions,)."""
        ...


class SearchedIndex(ABC):
    """Nodes, their vectors and their words: all that a search needs."""

    name: str
    """What errors call this index."""
    embedder_key: str
    """Key of the embedder that made the vectors."""
    dimensions: int
    """Numbers per vector."""

    @property
    @abstractmethod
    def nodes(self) -> Sequence[IndexedNode]:
        """All nodes, by row."""

    @property
    @abstractmethod
    def vectors(self) -> VectorSearch:
        """The vectors of the searched nodes."""

    @property
    @abstractmethod
    def images(self) -> VectorSearch | None:
        """The vectors of the figures' captions; None if there are none."""

    @abstractmethod
    def lexical(self, settings: Lexical) -> LexicalIndex:
        """The BM25 index for these settings."""

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row of a node, by its id."""
        return {node.id: node.row for node in self.nodes}

    def node(self, node_id: str) -> IndexedNode:
        """A node by its id.

        Raises:
            InputError: the index has no such node.
        """
        if node_id not in self.rows:
            where = f"{self.name} node '{node_id}'"
            raise InputError(where, "does not exist", "ids look like doc:sec0:p0:s0")
        return self.nodes[self.rows[node_id]]

    def check_embedder(self, embedder: Embedder) -> None:
        """Make sure that questions are embedded as the index was.

        Raises:
            InputError: the index was built with another embedder or other dimensions.
        """
        if (embedder.key, embedder.dimensions) != (self.embedder_key, self.dimensions):
            made = f"{self.embedder_key}, {self.dimensions} dimensions"
            problem = f"was built with another embedder ({made})"
            raise InputError(self.name, problem, "build the index again, or name that one")
