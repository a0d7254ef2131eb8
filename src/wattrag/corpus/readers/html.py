"""HTML inside Markdown: its paragraphs, tables and images; scripts and comments are left out."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

HIDDEN = {"script", "style", "template"}
INLINE = {"a", "abbr", "b", "code", "em", "i", "kbd", "mark", "q", "s", "small", "span", "strong",
          "sub", "sup", "u"}  # fmt: skip
MARKS = {"sup": "^", "br": " ", "wbr": ""}
CELLS = {"td", "th"}
MAX_COLUMNS = 100


class HtmlImage(NamedTuple):
    """An `img` element."""

    caption: str
    source: str


@dataclass
class HtmlTable:
    """A `table` element; rows are of one length."""

    caption: str = ""
    rows: list[list[str]] = field(default_factory=list)

    def grid(self) -> list[list[str]]:
        """Its rows, short ones filled up."""
        width = max(map(len, self.rows), default=0)
        return [row + [""] * (width - len(row)) for row in self.rows if any(row)]


Piece = str | HtmlTable | HtmlImage


def html_pieces(html: str) -> list[Piece]:
    """The text blocks, tables and images of a piece of HTML, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return reader.pieces


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._text = ""
        self._hidden = 0
        self._table: HtmlTable | None = None
        self._spans = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in HIDDEN:
            self._hidden += 1
        elif tag == "img":
            self.end_block()
            self.pieces.append(HtmlImage(given.get("alt", "").strip(), given.get("src", "")))
        elif tag == "table":
            self.end_block()
            self._table = HtmlTable()
        elif tag == "tr" and self._table is not None:
            self._table.rows.append([])
        elif tag in CELLS:
            self._text = ""
            self._spans = _span(given.get("colspan", "1"))
        elif tag in MARKS:
            self._text += MARKS[tag]
        elif tag not in INLINE:
            self.end_block()

    def handle_endtag(self, tag: str) -> None:
        if tag in HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "table" and self._table is not None:
            self.pieces.append(self._table)
            self._table = None
        elif self._table is not None and tag in CELLS:
            if not self._table.rows:
                self._table.rows.append([])
            self._table.rows[-1] += [self._taken()] * self._spans
        elif self._table is not None and tag == "caption":
            self._table.caption = self._taken()
        elif tag not in INLINE and tag not in MARKS:
            self.end_block()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._text += data

    def end_block(self) -> None:
        """Close the text block that is open; inside a table it goes on as its cell."""
        if self._table is not None:
            self._text += " "
        elif text := self._taken():
            self.pieces.append(text)

    def _taken(self) -> str:
        text, self._text = " ".join(self._text.split()), ""
        return text


def _span(value: str) -> int:
    return min(max(int(value), 1), MAX_COLUMNS) if value.isdecimal() else 1
