"""The nodes of a corpus, in order, and which of them are searched."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wattrag.corpus.tree import DocumentTree, Kind, Metadata, Node, nodes

_PLACEHOLDER = re.compile(
    r"\s*\[(?:img|image)\b[^\]]*\]\s*(?:size: \d+x\d+, data: \d+ bytes)?\s*", re.IGNORECASE
)


@dataclass(frozen=True)
class IndexedNode:
    """A node with its place in the index."""

    row: int
    """Position in reading order over all documents, from 0; ties in scores go to the lower row."""
    id: str
    kind: Kind
    document_id: str
    parent: int | None
    """Row of the parent; None for a document."""
    text: str
    metadata: Metadata
    searched: bool
    """False for titles, references, captionless images and empty texts: kept, never a hit."""


def indexed_nodes(trees: Iterable[DocumentTree]) -> list[IndexedNode]:
    """All nodes of `trees` in the given order, rows counted through."""
    found: list[IndexedNode] = []
    rows: dict[str, int] = {}
    for tree in trees:
        for node in nodes(tree):
            parent = None if node.parent_id is None else rows[node.parent_id]
            metadata = node.metadata
            if parent is not None and (hidden := _hidden(found[parent].metadata)):
                metadata = {**metadata, **hidden}
            rows[node.id] = len(found)
            found.append(
                IndexedNode(
                    row=len(found),
                    id=node.id,
                    kind=node.kind,
                    document_id=node.document_id,
                    parent=parent,
                    text=node.text,
                    metadata=metadata,
                    searched=_searched(node, metadata),
                )
            )
    return found


def is_figure(node: IndexedNode) -> bool:
    """Whether a node is a figure of its document, not a page that could not be read."""
    is_image = node.metadata.get("attachment_type") == "image"
    return node.kind == "paragraph" and is_image and not node.metadata.get("scanned")


def _hidden(metadata: Metadata) -> Metadata:
    """What keeps a node and its children from being found.

    References, pages not read, and figures of which nothing is said: no caption, no labels.
    """
    if metadata.get("role") == "references":
        return {"role": "references"}
    for mark in ("scanned", "wordless"):
        if metadata.get(mark):
            return {mark: True}
    is_image, said = metadata.get("attachment_type") == "image", metadata.get("labels")
    return {"wordless": True} if is_image and metadata.get("caption") == "" and not said else {}


def _searched(node: Node, metadata: Metadata) -> bool:
    if node.kind not in {"paragraph", "sentence"} or _hidden(metadata):
        return False
    return bool(node.text.strip()) and _PLACEHOLDER.fullmatch(node.text) is None


def leaves(found: Iterable[IndexedNode]) -> Iterator[IndexedNode]:
    """Searched nodes without searched children: sentences, and paragraphs that have none."""
    searched = [node for node in found if node.searched]
    parents = {node.parent for node in searched if node.kind == "sentence"}
    return (node for node in searched if node.row not in parents)
