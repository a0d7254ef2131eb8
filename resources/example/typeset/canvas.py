"""Drawing on one page."""

from __future__ import annotations

from dataclasses import dataclass

import pymupdf

from .fonts import Style
from .paragraph import Line


@dataclass(frozen=True)
class Picture:
    """A figure ready to place: PNG/JPEG bytes, or a one-page PDF of paths."""

    content: bytes
    vector: bool


class Canvas:
    """One page; all its text goes through one writer, so reading order is drawing order."""

    def __init__(self, document: pymupdf.Document, width: float, height: float) -> None:
        """Add a page of this size to `document`."""
        self.page = document.new_page(width=width, height=height)
        self._writer = pymupdf.TextWriter(self.page.rect)

    def text(self, x: float, y: float, text: str, style: Style) -> None:
        """Set `text` with its baseline at (x, y)."""
        self._writer.append((x, y - style.rise), text, font=style.font, fontsize=style.size)

    def line(self, x: float, y: float, line: Line) -> None:
        """Set a broken line; the spaces are real characters, as in most PDFs."""
        x += line.indent
        for i, word in enumerate(line.words):
            for span in word:
                self.text(x, y, span.text, span.style)
                x += span.width
            if i + 1 < len(line.words):
                self.text(x, y, " ", word[0].style)
            x += line.space

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.5) -> None:
        """Draw a straight rule."""
        self.page.draw_line((x0, y0), (x1, y1), color=(0, 0, 0), width=width)

    def picture(self, x: float, y: float, width: float, height: float, picture: Picture) -> None:
        """Place a picture with its upper left corner at (x, y)."""
        rect = pymupdf.Rect(x, y, x + width, y + height)
        if picture.vector:
            with pymupdf.open(stream=picture.content, filetype="pdf") as inner:
                self.page.show_pdf_page(rect, inner, 0)
        else:
            self.page.insert_image(rect, stream=picture.content)

    def finish(self) -> None:
        """Write the collected text onto the page."""
        self._writer.write_text(self.page)
