"""Tables: cells of wrapped text, with a grid of rules, three rules, or none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .boxes import LEADING, Box
from .canvas import Canvas
from .fonts import Style
from .inline import parse_words, width_of
from .paragraph import Line, break_lines

_PAD = 3.0


@dataclass(frozen=True)
class _Row:
    cells: tuple[tuple[Line, ...], ...]
    height: float


@dataclass(frozen=True)
class _Table:
    """A table with its cells already broken into lines."""

    rows: list[_Row]
    widths: list[float]
    size: float
    rules: str

    def draw(self, canvas: Canvas, x: float, y: float) -> None:
        """Set the table with its upper left corner at (x, y)."""
        tops = [y]
        for row in self.rows:
            self._draw_row(canvas, x, tops[-1], row)
            tops.append(tops[-1] + row.height)
        if self.rules == "grid":
            self._draw_grid(canvas, x, tops)
        elif self.rules == "rules":
            for level, weight in ((tops[0], 0.9), (tops[1], 0.5), (tops[-1], 0.9)):
                canvas.rule(x, level, x + sum(self.widths), level, weight)

    def _draw_row(self, canvas: Canvas, x: float, y: float, row: _Row) -> None:
        for cell, width in zip(row.cells, self.widths, strict=True):
            for i, line in enumerate(cell):
                canvas.line(x + _PAD, y + _PAD / 2 + (i * LEADING + 0.95) * self.size, line)
            x += width

    def _draw_grid(self, canvas: Canvas, x: float, tops: list[float]) -> None:
        for level in tops:
            canvas.rule(x, level, x + sum(self.widths), level)
        for i in range(len(self.widths) + 1):
            left = x + sum(self.widths[:i])
            canvas.rule(left, tops[0], left, tops[-1])


def table_box(data: dict[str, Any], style: Style, width: float) -> Box:
    """A box with the whole table: `head`, `rows`, `align` (one of l, r, c a column), `style`."""
    small = style.sized(0.88)
    texts = [list(map(str, row)) for row in [data["head"], *data["rows"]]]
    widths = _column_widths(texts, small, width)
    rows = [
        _row(cells, widths, data["align"], replace(small, bold=i == 0))
        for i, cells in enumerate(texts)
    ]
    table = _Table(rows, widths, small.size, str(data.get("style", "rules")))
    return Box(sum(row.height for row in rows), table.draw)


def _column_widths(texts: list[list[str]], style: Style, width: float) -> list[float]:
    """Natural widths, scaled to fill the column; text columns give way first when too wide."""
    bold = replace(style, bold=True)
    natural = [
        max(sum(width_of(w) + style.width(" ") for w in parse_words(t, bold, {})) for t in column)
        + 2 * _PAD
        for column in zip(*texts, strict=True)
    ]
    spare = width - sum(natural)
    if spare >= 0:
        return [w + spare / len(natural) for w in natural]
    widest = natural.index(max(natural))
    natural[widest] = max(natural[widest] + spare, 50.0)
    scale = width / sum(natural)
    return [w * scale for w in natural]


def _row(cells: list[str], widths: list[float], align: str, style: Style) -> _Row:
    lines = tuple(
        tuple(_cell(text, width - 2 * _PAD, how, style))
        for text, width, how in zip(cells, widths, align, strict=True)
    )
    return _Row(lines, max(map(len, lines)) * style.size * LEADING + _PAD)


def _cell(text: str, width: float, align: str, style: Style) -> list[Line]:
    lines = break_lines(parse_words(text, style, {}), width, justify=False)
    share = {"l": 0.0, "c": 0.5, "r": 1.0}[align]
    return [replace(line, indent=share * (width - line.width)) for line in lines]
