"""Which documents a corpus holds: from its sheet, or from the trees themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wattrag.datafiles.table import Row, read_table
from wattrag.errors import InputError
from wattrag.files import read_json

_LICENCES = ("licence", "license")


@dataclass(frozen=True)
class Document:
    """A document as bibliographies know it; what is not known is empty."""

    id: str
    title: str
    year: str
    url: str
    licence: str


def sheet_documents(path: Path) -> list[Document]:
    """The rows of a document sheet, in its order; `licence` or `license` is an optional column.

    Raises:
        InputError: the sheet cannot be read.
    """
    return [_of_row(row) for row in read_table(path, required=("id", "title", "url")).rows]


def tree_documents(folder: Path) -> list[Document]:
    """The documents of a folder of trees, by id.

    Raises:
        InputError: a tree that is no JSON object.
    """
    return [_of_tree(path) for path in sorted(folder.glob("*.json"))]


def _of_row(row: Row) -> Document:
    licence = next(filter(None, (row.get(name).strip() for name in _LICENCES)), "")
    return Document(row["id"].strip(), row["title"], row.get("year"), row["url"].strip(), licence)


def _of_tree(path: Path) -> Document:
    tree = read_json(path)
    if not isinstance(tree, dict):
        raise InputError(str(path), "is no document tree", "parse the document again")
    metadata = tree.get("metadata")
    known: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}
    licence = next(filter(None, (_text(known.get(name)) for name in _LICENCES)), "")
    return Document(
        _text(tree.get("document_id")) or path.stem,
        _text(tree.get("title")),
        _text(known.get("year")),
        _text(known.get("url")),
        licence,
    )


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""
