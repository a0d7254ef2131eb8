"""Small PDFs drawn page by page, and what the `fast` reader makes of them."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pymupdf

from wattrag.corpus.readers.pdf import read_pdf
from wattrag.corpus.readers.reading import Reading
from wattrag.corpus.tree import Paragraph

LEFT, RIGHT = 72, 320
Draw = Callable[[pymupdf.Page], None]


def read(tmp_path: Path, *pages: Draw) -> Reading:
    """What the `fast` reader makes of pages drawn by functions."""
    with pymupdf.open() as document:
        for draw in pages:
            draw(document.new_page())
        path = tmp_path / "a.pdf"
        document.save(path)
    return read_pdf(path)


def lines(
    page: pymupdf.Page, lines: Iterable[str], x: float = LEFT, y: float = 200, size: float = 10
) -> None:
    for n, line in enumerate(lines):
        page.insert_text((x, y + n * size * 1.2), line, fontsize=size)


def paragraphs(reading: Reading) -> list[Paragraph]:
    """All paragraphs of all sections."""
    return [p for section in reading.sections for p in section.paragraphs]


def texts(reading: Reading) -> list[str]:
    """The texts of all paragraphs."""
    return [p.text for p in paragraphs(reading)]


FULL = [
    "The electricity of a data centre is measured at the meter of the building, and then",
    "divided among the machines by the power that each of them has drawn over the years,",
    "which needs a sensor in every rack and somebody who reads it once in a while at all.",
]
