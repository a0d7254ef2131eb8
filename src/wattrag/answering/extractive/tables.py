"""Rows of tables: as our parser writes them, and as PDF text flattens them."""
# ruff: noqa: RUF001 - dashes, quotes and signs as they are printed

import re
from dataclasses import dataclass
from functools import cached_property

from wattrag.answering.extractive.columns import columns
from wattrag.answering.extractive.text import Text

_NUMERIC = re.compile(r"(?<![\w.])[-−+±(<>~≈$€£]{0,3}\d[\d.,]*(?:[%×xKMBk]|\b)[)*†‡]*")
_WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True)
class Cell:
    """A value, the name of its column, and where it stands in the row's text."""

    column: str
    start: int
    end: int


@dataclass(frozen=True)
class Row:
    """A row of a table: what it is called and what stands above it."""

    text: str
    label: str
    header: str
    """All column names, or the lines above the row in flattened text."""
    caption: str
    cells: tuple[Cell, ...]
    named: bool = False
    """Whether the source names the column of each cell."""

    @cached_property
    def header_stems(self) -> frozenset[str]:
        """Stems of header and caption."""
        return Text(f"{self.header} {self.caption}").stems

    def cell_at(self, offset: int) -> int | None:
        """Index of the cell at a place in the text, or None."""
        return next((i for i, c in enumerate(self.cells) if c.start <= offset < c.end), None)

    def column_at(self, offset: int) -> str:
        """Name of the column at a place in the text; "" where it is not known or outside cells."""
        index = self.cell_at(offset)
        return "" if index is None else self.cells[index].column


def named_rows(text: str) -> list[Row]:
    """The lines of a table node, which are `column: value; column: value` where they are rows.

    A line that is no row is taken for the caption of the rows below it.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    found: list[Row] = []
    above = ""
    for line in lines:
        row = _named(line, above)
        found.append(row or _plain(line))
        above = above if row else line
    return found


def flattened_rows(block: str) -> list[Row]:
    """The rows in a block of text from a PDF, or none if it is running text.

    A row is a line of numbers behind a label; lines without numbers above it are its header, and
    so is the table's caption, wherever it stands.
    """
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    dense = [_is_dense(line) for line in lines]
    if sum(dense) < _MIN_ROWS:
        return []
    found: list[Row] = []
    header: list[str] = []
    captions = _captions(lines, dense)
    below_rows = False
    for line, is_row, caption in zip(lines, dense, captions, strict=True):
        if is_row:
            found.append(_numbered(line, header[-_HEADER_LINES:], caption))
        else:
            header = [line] if below_rows else [*header, line]
            found.append(_plain(line))
        below_rows = is_row
    return found


def _captions(lines: list[str], dense: list[bool]) -> list[str]:
    """The caption of each line's table: the last one above or, where they stand below, the next."""
    places = [i for i, line in enumerate(lines) if _CAPTION.match(line)]
    if not places:
        return [""] * len(lines)
    below = any(dense[: places[0]])
    return [
        lines[next((p for p in places if p >= i), places[-1])]
        if below
        else lines[next((p for p in reversed(places) if p <= i), places[0])]
        for i in range(len(lines))
    ]


def _plain(line: str) -> Row:
    return Row(line, "", "", "", ())


def _named(line: str, caption: str) -> Row | None:
    parts = line.split("; ")
    if len(parts) < _MIN_CELLS or sum(": " in part for part in parts) < len(parts) - 1:
        return None
    cells: list[Cell] = []
    start = 0
    for part in parts:
        column, colon, _ = part.partition(": ")
        cells.append(Cell(column if colon else "", start, start + len(part)))
        start += len(part) + len("; ")
    label = parts[0].partition(": ")[2] or parts[0]
    header = " ".join(cell.column for cell in cells)
    return Row(line, label, header, caption, tuple(cells), named=True)


_CAPTION = re.compile(r"table\s+[\dIVX]+[.:]", re.IGNORECASE)
_MIN_CELLS = 2
_MIN_ROWS = 2
_MIN_NUMBERS = 2
_HEADER_LINES = 4


def _numbered(line: str, header: list[str], caption: str) -> Row:
    spans = [m.span() for m in _NUMERIC.finditer(line)]
    named = zip(columns(header, line, spans), spans, strict=True)
    cells = tuple(Cell(column, *span) for column, span in named)
    label = line[: cells[0].start].strip() if cells else ""
    return Row(line, label, " ".join(header), caption, cells)


def _is_dense(line: str) -> bool:
    """Whether a line is a row: at least two numbers, and no more words than numbers."""
    numbers = len(_NUMERIC.findall(line))
    return numbers >= _MIN_NUMBERS and len(_WORD.findall(line)) <= numbers + 1
