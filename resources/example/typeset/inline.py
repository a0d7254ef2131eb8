"""Inline markup: *italic*, **bold**, CO~2~, m^3^ and footnote marks such as [^a]."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .fonts import Style

_MARKUP = re.compile(r"(\*\*.+?\*\*|\*.+?\*|~[^~ ]+~|\^[^\^ \]]+\^|\[\^\w+\])")


@dataclass(frozen=True)
class Span:
    """A run of characters in one style; `note` is the label of the footnote it marks."""

    text: str
    style: Style
    note: str = ""

    @property
    def width(self) -> float:
        """The width of the run in points."""
        return self.style.width(self.text)


Word = tuple[Span, ...]


def width_of(word: Word) -> float:
    """The width of a word in points."""
    return sum(span.width for span in word)


def parse_words(text: str, style: Style, marks: dict[str, str]) -> list[Word]:
    """Split `text` at spaces into words of styled spans; `marks` gives the footnotes' numbers."""
    words: list[Word] = []
    current: list[Span] = []
    for span in _spans(text, style, marks):
        pieces = span.text.split(" ")
        for i, piece in enumerate(pieces):
            if i and current:
                words.append(tuple(current))
                current = []
            if piece:
                current.append(replace(span, text=piece))
    if current:
        words.append(tuple(current))
    return words


def _spans(text: str, style: Style, marks: dict[str, str]) -> Iterator[Span]:
    for piece in filter(None, _MARKUP.split(text)):
        if piece.startswith("[^"):
            label = piece[2:-1]
            yield Span(marks[label], style.raised(0.33), note=label)
        elif not _MARKUP.fullmatch(piece):
            yield Span(piece, style)
        elif piece.startswith("**"):
            yield from _spans(piece[2:-2], replace(style, bold=True), marks)
        elif piece.startswith("*"):
            yield from _spans(piece[1:-1], replace(style, italic=True), marks)
        elif piece.startswith("~"):
            yield Span(piece[1:-1], style.raised(-0.15))
        else:
            yield Span(piece[1:-1], style.raised(0.33))
