"""An index in memory, for notebooks and quick trials: searched like one on disk, never stale.

    index = MemoryIndex(trees, embedder, store)
    found = retrieve(index, [Question("q", "How much?")], Retriever(index="x"), 0, embedder, store)

It is also the shortest example of an adapter to another vector store: `ArrayVectors` is all that
such a store has to offer.
"""

from collections.abc import Iterable, Sequence
from typing import cast

from wattrag.config.settings import Lexical
from wattrag.corpus.tree import DocumentTree
from wattrag.errors import InputError
from wattrag.index.cache import embed_texts
from wattrag.index.lexical import LexicalIndex, build_lexical
from wattrag.index.searched import Mode, Positions, SearchedIndex, VectorSearch
from wattrag.index.select import IndexedNode, indexed_nodes
from wattrag.index.targets import ParagraphMode, Targets, image_targets, search_targets
from wattrag.index.vectors import exact_scores
from wattrag.llm.embedders.embedding import Embedder
from wattrag.store.vectors import FloatMatrix, VectorStore


class ArrayVectors:
    """Search over an array: exact, in 32 bit."""

    mode: Mode = "exact"

    def __init__(self, targets: Targets) -> None:
        self.rows, self._matrix = targets.rows, targets.vectors

    def scores(self, queries: FloatMatrix, wanted: int) -> FloatMatrix:  # noqa: ARG002
        """Cosines of every query with every vector, f32, shape (queries, vectors)."""
        return exact_scores(self._matrix, queries)

    def cosines(self, query: FloatMatrix, positions: Positions) -> FloatMatrix:
        """Cosines of one query with some of the vectors, f32, shape (positions,)."""
        return cast("FloatMatrix", self._matrix[positions] @ query)


class MemoryIndex(SearchedIndex):
    """An index of document trees that nothing is written of, except new vectors to the store."""

    def __init__(
        self,
        trees: Iterable[DocumentTree],
        embedder: Embedder,
        store: VectorStore,
        paragraphs: ParagraphMode = "averaged",
    ) -> None:
        """Embed what is new and keep the rest of the work for when it is asked for.

        Raises:
            InputError: no document has text.
        """
        self.name, self.embedder_key = "index in memory", embedder.key
        self.dimensions = embedder.dimensions
        self._nodes = indexed_nodes(sorted(trees, key=lambda tree: tree.document_id))
        if not any(node.searched for node in self._nodes):
            raise InputError(self.name, "no document has text", "parse documents that have some")

        def encode(texts: Sequence[str]) -> FloatMatrix:
            return embed_texts(embedder, store, texts)

        self._vectors = ArrayVectors(search_targets(self._nodes, paragraphs, encode))
        images = image_targets(self._nodes, encode)
        self._images = ArrayVectors(images) if len(images.rows) else None
        self._lexical: dict[Lexical, LexicalIndex] = {}

    @property
    def nodes(self) -> Sequence[IndexedNode]:
        """All nodes, by row."""
        return self._nodes

    @property
    def vectors(self) -> VectorSearch:
        """The vectors of the searched nodes."""
        return self._vectors

    @property
    def images(self) -> VectorSearch | None:
        """The vectors of the figures' captions; None if there are none."""
        return self._images

    def lexical(self, settings: Lexical) -> LexicalIndex:
        """The BM25 index for these settings, made when first asked for."""
        if settings not in self._lexical:
            self._lexical[settings] = build_lexical(self._nodes, settings)
        return self._lexical[settings]
