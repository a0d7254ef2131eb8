"""The reading order of an index's leaves: what stands before and after a sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from wattrag.index.lexical import section_of
from wattrag.index.select import IndexedNode, leaves

Span = range
"""Consecutive leaf positions within one section."""
_BLANKS = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True)
class Outline:
    """Leaves in reading order, with the spans of their paragraphs and sections."""

    nodes: Sequence[IndexedNode]
    leaves: Sequence[IndexedNode]
    position: dict[int, int]
    """Leaf position by node row."""
    paragraphs: dict[int, Span]
    """Leaf positions of a paragraph, by its row."""
    sections: dict[int, Span]
    """Leaf positions of a section, by its row."""
    texts: Sequence[str]
    """The shown text of each leaf."""
    ends: Sequence[int]
    """Characters of all shown texts before a leaf position, each with one to part it."""

    def paragraph_of(self, position: int) -> int:
        """Row of the paragraph of a leaf (a leaf without sentences is its own)."""
        leaf = self.leaves[position]
        return leaf.row if leaf.kind == "paragraph" or leaf.parent is None else leaf.parent

    def section_of(self, position: int) -> int:
        """Row of the section of a leaf."""
        return section_of(self.leaves[position], self.nodes)

    def length(self, span: Span) -> int:
        """Characters of the shown texts of a span, each with one to part it."""
        return self.ends[span.stop] - self.ends[span.start]


def outline(nodes: Sequence[IndexedNode]) -> Outline:
    """The outline of all searched leaves of an index."""
    found = list(leaves(nodes))
    paragraphs: dict[int, Span] = {}
    sections: dict[int, Span] = {}
    for position, leaf in enumerate(found):
        owner = leaf.row if leaf.kind == "paragraph" or leaf.parent is None else leaf.parent
        _extend(paragraphs, owner, position)
        _extend(sections, section_of(leaf, nodes), position)
    positions = {leaf.row: position for position, leaf in enumerate(found)}
    texts = [shown_text(leaf) for leaf in found]
    ends = list(accumulate((len(text) + 1 for text in texts), initial=0))
    return Outline(nodes, found, positions, paragraphs, sections, texts, ends)


def shown_text(node: IndexedNode) -> str:
    """A node's text; the runs of blanks that PDFs leave cost no budget, but shape a table."""
    if node.metadata.get("attachment_type") == "table":
        return node.text
    return _BLANKS.sub(" ", node.text)


def _extend(spans: dict[int, Span], owner: int, position: int) -> None:
    start = spans[owner].start if owner in spans else position
    spans[owner] = range(start, position + 1)
