"""Opening PDFs that may be anything: what cannot be read is said in one line."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pymupdf

from wattrag.corpus.readers.geometry import PageContent
from wattrag.corpus.readers.glyphs import clean
from wattrag.corpus.readers.headings import normal
from wattrag.corpus.readers.images import without_repeats
from wattrag.corpus.readers.ocr import PROGRAM, find_engine, recognised
from wattrag.corpus.readers.page import read_page
from wattrag.corpus.steps import begin
from wattrag.errors import InputError

MAX_PAGES = 5000
MAX_OUTLINE = 20_000
END, END_WITHIN = b"%%EOF", 2048  # junk after it is common; readers look at the last 1024 bytes
MAX_LISTED = 10  # page numbers in a message
LIBRARY_ERRORS = (RuntimeError, ValueError, KeyError, IndexError, pymupdf.mupdf.FzErrorBase)
_log = logging.getLogger(__name__)

pymupdf.TOOLS.mupdf_display_errors(False)  # noqa: FBT003 (they are repeated in our messages)
pymupdf.TOOLS.mupdf_display_warnings(False)  # noqa: FBT003


class Contents(NamedTuple):
    """A PDF's pages, its outline (normalised title > level) and what was wrong with it.

    `scanned_pages` are those without a text layer, whether their text was recognised or not.
    """

    pages: list[PageContent]
    outline: dict[str, int]
    unreadable_pages: list[int]
    title: str | None
    scanned_pages: list[int]


PageReader = Callable[[Any, int], PageContent]


def read_contents(path: Path, read: PageReader = read_page) -> Contents:
    """Read all pages of a PDF.

    Args:
        path: the file.
        read: what makes geometry of the library's page and its number.

    Raises:
        InputError: encrypted, truncated, damaged beyond repair, without pages, or with too many.
    """
    with open_pdf(path) as document:
        pages: list[PageContent] = []
        unreadable: list[int] = []
        scanned: list[int] = []
        for index in range(document.page_count):
            if not begin(index + 1):
                unreadable.append(index + 1)
                continue
            try:
                page = document.load_page(index)
                content = read(page, index + 1)
                if not content.fragments:
                    scanned.append(index + 1)
                    content = recognised(page, content)
                pages.append(content)
            except LIBRARY_ERRORS:
                unreadable.append(index + 1)
        begin(0)
        if not pages:
            raise InputError(str(path), "is damaged: no page can be read", "download it again")
        if scanned and find_engine() is None:
            _log.warning("%s: %s", path.name, _unread(scanned))
        return Contents(
            without_repeats(pages, document),
            _outline(document),
            unreadable,
            _title(document),
            scanned,
        )


def _unread(scanned: list[int]) -> str:
    listed = ", ".join(map(str, scanned[:MAX_LISTED])) + (", …" * (len(scanned) > MAX_LISTED))
    noun = "page" if len(scanned) == 1 else "pages"
    return f"no text layer on {noun} {listed}; install {PROGRAM} to have it recognised"


def open_pdf(path: Path) -> Any:
    """Open a PDF, for a `with` statement.

    Raises:
        InputError: encrypted, damaged beyond repair, without pages, or with too many.
    """
    try:
        document = pymupdf.open(path, filetype="pdf")
        pages = 0 if document.needs_pass else document.page_count
    except (*LIBRARY_ERRORS, OSError) as error:
        raise InputError(
            str(path), "is damaged or truncated: it cannot be opened", "download it again"
        ) from error
    problem, cure = "", ""
    if document.needs_pass:
        problem, cure = "is encrypted with a password", "save it without one"
    elif document.is_repaired and not _has_end(path):
        problem, cure = "is truncated: its end is missing", "download it again"
    elif pages == 0:
        problem, cure = "is damaged or truncated: it has no pages", "download it again"
    elif pages > MAX_PAGES:
        problem, cure = f"has {pages} pages, the limit is {MAX_PAGES}", "split it"
    if problem:
        document.close()
        raise InputError(str(path), problem, cure)
    return document


def _has_end(path: Path) -> bool:
    """Whether the file ends as a PDF does: what is cut off cannot be known, nor repaired."""
    with path.open("rb") as source:
        source.seek(max(0, path.stat().st_size - END_WITHIN))
        return END in source.read()


def _outline(document: Any) -> dict[str, int]:
    try:
        entries = document.get_toc(simple=True)[:MAX_OUTLINE]
    except LIBRARY_ERRORS:
        return {}
    return {key: level for level, title, _ in reversed(entries) if len(key := normal(title)) > 1}


def _title(document: Any) -> str | None:
    return clean((document.metadata or {}).get("title") or "") or None
