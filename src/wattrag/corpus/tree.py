"""The document tree: document > section > paragraph > sentence, and the ids of its nodes.

The JSON form is a superset of KohakuRAG's document payload, so corpora made for it load
unchanged. What our own readers add in `metadata`:

===================  =========================================================================
document             `sha256` of the file; `pages`; `turned_pages`, `unreadable_pages` and
                     `scanned_pages` (no text layer) where there are any; `ocr`: what read the
                     scanned ones; `error`: why it could not be parsed (there are no sections)
section              `level` (0 for the title), `page`
paragraph, sentence  `page` (from 1, where it starts) and `bbox`, `[x0, y0, x1, y1]` in PDF
                     points from the page's top left corner
paragraph            `continued` (page and box of further parts); `role`: `references`,
                     `caption`, `footnote` or `listing` (program text, one sentence), absent for
                     running text; `ocr` if it was read from the image of a scanned page; `scanned`
                     if it stands for one that was not read
table, figure        `attachment_type` `table` or `image`, `caption`; a table's `grid` and
                     `header_rows`; a figure's `labels`, the text drawn inside it
===================  =========================================================================
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wattrag.datafiles.ids import check_document_id
from wattrag.errors import InputError
from wattrag.files import read_bytes, write_text

Kind = Literal["document", "section", "paragraph", "sentence"]
Metadata = dict[str, Any]


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Sentence(_Payload):
    """A leaf of the tree: the unit that is embedded."""

    text: str
    metadata: Metadata = Field(default_factory=dict)


class Paragraph(_Payload):
    """A paragraph, caption, footnote, table or figure with its sentences."""

    text: str
    metadata: Metadata = Field(default_factory=dict)
    sentences: tuple[Sentence, ...] | None = None


class Section(_Payload):
    """A heading (its `title`) and the paragraphs under it."""

    title: str
    metadata: Metadata = Field(default_factory=dict)
    paragraphs: tuple[Paragraph, ...] = ()


class DocumentTree(_Payload):
    """One parsed document."""

    document_id: str
    title: str
    text: str = ""
    metadata: Metadata = Field(default_factory=dict)
    sections: tuple[Section, ...] = ()

    @property
    def error(self) -> str | None:
        """Why the document could not be parsed, or None."""
        return self.metadata.get("error")


@dataclass(frozen=True)
class Node:
    """A node as index and retrieval see it; `parent_id` is None for the document itself."""

    id: str
    kind: Kind
    document_id: str
    parent_id: str | None
    text: str
    metadata: Metadata


def nodes(tree: DocumentTree) -> Iterator[Node]:
    """All nodes of a tree in reading order, parents before children.

    Ids are `doc`, `doc:sec{i}`, `doc:sec{i}:p{j}`, `doc:sec{i}:p{j}:s{k}`; i, j and k count from
    0 through the whole document (KohakuRAG's numbering), not anew in each parent.
    """
    doc = tree.document_id
    yield Node(doc, "document", doc, None, tree.title, tree.metadata)
    paragraph_number = sentence_number = 0
    for section_number, section in enumerate(tree.sections):
        section_id = f"{doc}:sec{section_number}"
        yield Node(section_id, "section", doc, doc, section.title, section.metadata)
        for paragraph in section.paragraphs:
            paragraph_id = f"{section_id}:p{paragraph_number}"
            paragraph_number += 1
            yield Node(
                paragraph_id, "paragraph", doc, section_id, paragraph.text, paragraph.metadata
            )
            for sentence in paragraph.sentences or ():
                sentence_id = f"{paragraph_id}:s{sentence_number}"
                sentence_number += 1
                yield Node(
                    sentence_id, "sentence", doc, paragraph_id, sentence.text, sentence.metadata
                )


def read_tree(path: Path) -> DocumentTree:
    """Read one tree file, ours or KohakuRAG's.

    Raises:
        InputError: unreadable, no JSON, or not of the tree's shape (the first bad key is named).
    """
    try:
        tree = DocumentTree.model_validate_json(read_bytes(path))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "file"
        raise InputError(str(path), f"{key}: {first['msg']}", "rebuild the tree") from error
    check_document_id(tree.document_id, str(path))
    return tree


def write_tree(path: Path, tree: DocumentTree) -> None:
    """Write a tree as indented JSON, atomically; equal trees give equal bytes."""
    write_text(path, tree.model_dump_json(indent=1) + "\n")
