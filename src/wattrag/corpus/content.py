"""Do a file's bytes match its extension? A server's error page must not become a document."""

import codecs
from pathlib import Path

from wattrag.errors import InputError

PDF_MAGIC = b"%PDF-"
PDF_MAGIC_WITHIN = 1024  # readers accept junk before the header up to here (PDF 1.7, app. H.3.4.1)
_HEAD = 4096
_HTML = (b"<!doctype html", b"<html", b"<head", b"<?xml version")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def check_content(path: Path, extension: str, where: str) -> None:
    """Check that `path` holds what `extension` (`pdf`, `md` or `txt`) promises.

    Args:
        path: the file to look at.
        extension: what it should be.
        where: what an error message names, an url or a path.

    Raises:
        InputError: no file, empty, a web page, binary where text is promised, or no PDF.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise InputError(where, "is no file", "check the path")
    try:
        with path.open("rb") as source:
            head = source.read(_HEAD)
    except OSError as error:
        raise InputError(where, error.strerror or "cannot be read", "check the path") from error
    if not head:
        raise InputError(where, "is empty (0 bytes)", "replace the file")
    if extension == "pdf":
        _check_pdf(head, where)
    else:
        _check_text(path, head, where)


def _check_pdf(head: bytes, where: str) -> None:
    if PDF_MAGIC in head[:PDF_MAGIC_WITHIN]:
        return
    if _is_html(head):
        raise InputError(
            where, "is an HTML page, not a PDF", "give the address of the PDF file itself"
        )
    raise InputError(
        where,
        f"is not a PDF (it begins with {head[:12]!r})",
        "give a PDF, or a name that ends in .md or .txt",
    )


def _check_text(path: Path, head: bytes, where: str) -> None:
    if PDF_MAGIC in head[:PDF_MAGIC_WITHIN]:
        raise InputError(where, "is a PDF, not text", "let its name end in .pdf")
    if _is_html(head):
        raise InputError(where, "is an HTML page, not text", "give the address of the text itself")
    if not head.startswith(_UTF16) and _has_nul(path):
        raise InputError(where, "is binary, not text", "give Markdown or plain text")


def _is_html(head: bytes) -> bool:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return start.startswith(_HTML)


def _has_nul(path: Path) -> bool:
    with path.open("rb") as source:
        return any(b"\0" in block for block in iter(lambda: source.read(1 << 20), b""))
