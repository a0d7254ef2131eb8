"""Opening PDFs that may be anything: what cannot be read is said in one line."""

import logging
import re
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
OUTLINE_STEP = -1  # pages are the steps from 1 on
MAX_LISTED = 10  # page numbers in a message
LIBRARY_ERRORS = (RuntimeError, ValueError, KeyError, IndexError, pymupdf.mupdf.FzErrorBase)
_NO_MEMORY = re.compile(r"\b(?:malloc|calloc|realloc)\b.* failed|bad_alloc")
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
        left_out = 0
        for index in range(document.page_count):
            if not begin(index + 1):
                unreadable.append(index + 1)
                left_out += 1
                continue
            try:
                page = document.load_page(index)
                content = read(page, index + 1)
                if not content.fragments:
                    scanned.append(index + 1)
                    content = _recognised(page, content)
                pages.append(content)
            except LIBRARY_ERRORS as error:
                check_memory(error)
                unreadable.append(index + 1)
        begin(0)
        if not pages:
            raise _nothing_read(path, left_out)
        _warn(path, unreadable, "left out what cannot be read: {}")
        if scanned and find_engine() is None:
            _warn(path, scanned, f"no text layer on {{}}; install {PROGRAM} to have it recognised")
        outline = _outline(document)
        begin(0)
        return Contents(
            without_repeats(pages, document),
            outline,
            unreadable,
            _title(document),
            scanned,
        )


def _recognised(page: Any, content: PageContent) -> PageContent:
    """A page with the text of its image; as it was if it cannot be drawn."""
    try:
        return recognised(page, content)
    except LIBRARY_ERRORS as error:
        check_memory(error)
        _log.warning("page %d: cannot be drawn, and is not recognised", content.number)
        return content


def _nothing_read(path: Path, left_out: int) -> InputError:
    if left_out:
        return InputError(
            str(path), "no page can be read within the limits of time and memory", "leave it out"
        )
    return InputError(str(path), "is damaged: no page can be read", "download it again")


def _warn(path: Path, numbers: list[int], problem: str) -> None:
    """Say what is wrong with some pages, in one line that names them in place of `{}`."""
    if not numbers:
        return
    listed = ", ".join(map(str, numbers[:MAX_LISTED])) + (", …" * (len(numbers) > MAX_LISTED))
    noun = "page" if len(numbers) == 1 else "pages"
    _log.warning("%s: %s", path.name, problem.format(f"{noun} {listed}"))


def check_memory(error: BaseException) -> None:
    """Raise the library's error as what it is, if it had no memory left."""
    cause: BaseException | None = error
    while cause is not None:
        if _NO_MEMORY.search(str(cause)):
            raise MemoryError from error
        cause = cause.__cause__


def open_pdf(path: Path) -> Any:
    """Open a PDF, for a `with` statement.

    Raises:
        InputError: encrypted, damaged beyond repair, without pages, or with too many.
    """
    try:
        document = _opened(path)
        pages = 0 if document.needs_pass else document.page_count
    except (*LIBRARY_ERRORS, OSError) as error:
        check_memory(error)
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


def _opened(path: Path) -> Any:
    try:
        str(path).encode()
    except UnicodeEncodeError:  # a name that the library cannot be told
        return pymupdf.open(stream=path.read_bytes(), filetype="pdf")
    return pymupdf.open(path, filetype="pdf")


def _outline(document: Any) -> dict[str, int]:
    if not begin(OUTLINE_STEP):
        return {}
    try:
        entries = document.get_toc(simple=True)[:MAX_OUTLINE]
    except LIBRARY_ERRORS as error:
        check_memory(error)
        return {}
    return {key: level for level, title, _ in reversed(entries) if len(key := normal(title)) > 1}


def _title(document: Any) -> str | None:
    return clean((document.metadata or {}).get("title") or "") or None
