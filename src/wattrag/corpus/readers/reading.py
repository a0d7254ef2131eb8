"""What every reader returns, and the small steps they share."""

from dataclasses import dataclass, field
from typing import Any

from wattrag.corpus.readers.sentences import split_sentences
from wattrag.corpus.tree import Paragraph, Section, Sentence

REFERENCE_HEADINGS = {
    "references",
    "bibliography",
    "works cited",
    "literature cited",
    "references and notes",
}


@dataclass(frozen=True)
class Reading:
    """A document as its reader sees it; `title` is None where the file has none of its own."""

    title: str | None
    sections: tuple[Section, ...]
    metadata: dict[str, Any] = field(default_factory=dict)


def paragraph(text: str, metadata: dict[str, Any] | None = None) -> Paragraph:
    """A paragraph with its sentences, which carry the metadata of the paragraph's place."""
    sentences = tuple(Sentence(text=sentence) for sentence in split_sentences(text))
    return Paragraph(text=text, metadata=metadata or {}, sentences=sentences)


def is_reference_heading(title: str) -> bool:
    """Whether a heading (numbered or not) opens the list of references."""
    words = title.strip().lstrip("0123456789.IVX ").strip(" :.").casefold()
    return words in REFERENCE_HEADINGS or title.strip(" :.").casefold() in REFERENCE_HEADINGS
