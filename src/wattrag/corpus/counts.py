"""What a tree holds, in numbers."""

from dataclasses import dataclass

from wattrag.corpus.tree import DocumentTree


@dataclass(frozen=True)
class TreeCounts:
    """Sizes of a tree; `pages` is None where the format has none, figures are placeholders."""

    pages: int | None
    sections: int
    paragraphs: int
    sentences: int
    tables: int
    figures: int
    scanned_pages: int


def count(tree: DocumentTree) -> TreeCounts:
    """Count the nodes of a tree."""
    paragraphs = [p for section in tree.sections for p in section.paragraphs]
    placeholders = sum("scanned" in p.metadata for p in paragraphs)
    kinds = [p.metadata.get("attachment_type") for p in paragraphs]
    return TreeCounts(
        pages=tree.metadata.get("pages"),
        sections=len(tree.sections),
        paragraphs=len(paragraphs),
        sentences=sum(len(p.sentences or ()) for p in paragraphs),
        tables=kinds.count("table"),
        figures=kinds.count("image") - placeholders,
        scanned_pages=len(tree.metadata.get("scanned_pages", ())),
    )
