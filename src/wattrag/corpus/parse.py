"""Parsing: one document from bytes to tree, by the reader that its extension and parser name."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Literal, cast

from wattrag.corpus.content import check_content
from wattrag.corpus.readers.reading import Reading
from wattrag.corpus.tree import DocumentTree, Metadata, Section
from wattrag.datafiles.sheet import EXTENSIONS, SheetRow
from wattrag.errors import InputError
from wattrag.files import file_digest

Reader = Callable[[Path], Reading]
OnBadDocument = Literal["fail", "skip"]

_TEXT_READERS = {
    "md": "wattrag.corpus.readers.markdown:read_markdown",
    "txt": "wattrag.corpus.readers.text:read_text",
}
# parser > extension > where its reader is; a reader is imported when it is needed.
READERS: dict[str, dict[str, str]] = {
    "fast": {"pdf": "wattrag.corpus.readers.pdf:read_pdf", **_TEXT_READERS},
    "layout": {"pdf": "wattrag.corpus.readers.layout:read_layout", **_TEXT_READERS},
}


def parse(
    source: Path, row: SheetRow, parser: str = "fast", on_bad_document: OnBadDocument = "fail"
) -> DocumentTree:
    """Parse one document; equal bytes and rows give equal trees.

    Args:
        source: the file; its extension chooses the reader.
        row: id, title, url, type, year and citation, which the tree carries.
        parser: a key of `READERS`.
        on_bad_document: raise for an unreadable document, or return a tree with
            `metadata.error` and no sections.

    Raises:
        InputError: the document is unreadable (and `on_bad_document` is `fail`), or there is no
            such parser.
    """
    reader = find_reader(parser, source)
    try:
        reading = _read(source, reader)
    except InputError as error:
        if on_bad_document == "fail":
            raise
        return failed_tree(row, error.problem)
    return _tree(row, reading, file_digest(source))


def _read(source: Path, reader: Reader) -> Reading:
    check_content(source, _extension(source), str(source))
    reading = reader(source)
    if not reading.sections:
        raise InputError(str(source), "holds no text", "replace the file")
    return reading


def failed_tree(row: SheetRow, reason: str) -> DocumentTree:
    """The tree of a document that could not be parsed."""
    return DocumentTree(
        document_id=row.id,
        title=row.title or row.id,
        metadata={**_row_metadata(row), "error": reason},
    )


def find_reader(parser: str, source: Path) -> Reader:
    """The reader of `parser` for the extension of `source`.

    Raises:
        InputError: no such parser, or no reader for this extension.
    """
    if parser not in READERS:
        known = ", ".join(sorted(READERS))
        raise InputError(f"parser {parser!r}", "is not known", f"use one of: {known}")
    module, _, name = READERS[parser][_extension(source)].partition(":")
    return cast("Reader", getattr(import_module(module), name))


def _extension(source: Path) -> str:
    suffix = source.suffix.lower()
    if suffix not in EXTENSIONS:
        known = ", ".join(EXTENSIONS)
        raise InputError(str(source), f"unknown extension {suffix!r}", f"use one of {known}")
    return EXTENSIONS[suffix]


def _tree(row: SheetRow, reading: Reading, sha256: str) -> DocumentTree:
    title = row.title or reading.title or row.id
    sections = tuple(
        section if section.title else section.model_copy(update={"title": title})
        for section in reading.sections
    )
    return DocumentTree(
        document_id=row.id,
        title=title,
        text=_text(sections),
        metadata={**_row_metadata(row), **reading.metadata, "sha256": sha256},
        sections=sections,
    )


def _text(sections: tuple[Section, ...]) -> str:
    return "\n\n".join(p.text for section in sections for p in section.paragraphs if p.text)


def _row_metadata(row: SheetRow) -> Metadata:
    return {"url": row.url, "type": row.type, "year": row.year, "citation": row.citation}
