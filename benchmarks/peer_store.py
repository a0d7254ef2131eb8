"""KohakuRAG's way to keep an index, on its own store (the package `kohakuvault`), for benchmarks.

One SQLite file: a vector table whose values are node ids, a key-value table of node records
(each names its vector's row), and a full-text table of the searched texts. Paragraphs have a second
vector in a table of their own, and once more as text in their record: the default of its build
script, `paragraph_embedding_mode: both`.
"""

from collections.abc import Sequence
from pathlib import Path

from kohakuvault import KVault, TextVault, VectorKVault

from wattrag.index.select import IndexedNode
from wattrag.store.vectors import FloatMatrix


class PeerStore:
    """A store in one file; its writes are committed one by one, as the peer's are."""

    def __init__(self, path: Path, dimensions: int) -> None:
        self.path = path
        self.vectors = VectorKVault(str(path), table="vec", dimensions=dimensions)
        self.paragraphs = VectorKVault(str(path), table="para_full_vec", dimensions=dimensions)
        self.nodes = KVault(str(path), table="kv")
        self.texts = TextVault(str(path), table="bm25")
        self.nodes.enable_auto_pack()

    def write(self, nodes: Sequence[IndexedNode], vectors: FloatMatrix) -> None:
        """Keep every node with its vector; the texts of searched ones go into the text table."""
        for node, vector in zip(nodes, vectors, strict=True):
            metadata = dict(node.metadata)
            if node.kind == "paragraph":
                metadata["full_embedding"] = vector.tobytes().hex()
                self.paragraphs.insert(vector, node.id.encode())
            record = {
                "node_id": node.id,
                "parent_id": None if node.parent is None else nodes[node.parent].id,
                "kind": node.kind,
                "title": node.document_id,
                "text": node.text,
                "metadata": metadata,
                "vec_row_id": self.vectors.insert(vector, node.id.encode()),
            }
            self.nodes[node.id] = record
        for node in nodes:
            if node.searched:
                self.texts.insert(node.text, node.id.encode())

    def search(self, query: FloatMatrix, k: int) -> list[str]:
        """Ids of the `k` nearest nodes."""
        return [value.decode() for _, _, value in self.vectors.search(query, k=k)]

    def search_with_text(self, query: FloatMatrix, k: int) -> list[str]:
        """Texts of the `k` nearest nodes; as in the peer, reading a node reads its vector too."""
        found = []
        for node_id in self.search(query, k):
            record = self.nodes[node_id]
            self.vectors.get_by_id(record["vec_row_id"])
            found.append(record["text"])
        return found

    def size(self) -> int:
        """Bytes on disk, write-ahead log included."""
        return sum(f.stat().st_size for f in self.path.parent.glob(f"{self.path.name}*"))
