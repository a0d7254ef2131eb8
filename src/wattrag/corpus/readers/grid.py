"""Tables as text: each row a sentence that can be read alone, the grid kept in the metadata."""

import re
from collections.abc import Sequence
from typing import Any

from wattrag.corpus.tree import Paragraph, Sentence

Grid = Sequence[Sequence[str]]
_NUMERIC = re.compile(
    r"[\s\d.,%±<>~≈\u00d7x()$€£+\u2212\u2013/-]*\d[\s\d.,%±<>~≈\u00d7x()$€£+\u2212\u2013/-]*[A-Za-z%]{0,4}"
)


def table_paragraph(
    grid: Grid, caption: str, metadata: dict[str, Any], header_rows: int | None = None
) -> Paragraph:
    """A table node.

    Args:
        grid: rows of cells, all of one length.
        caption: its caption or "".
        metadata: page and box.
        header_rows: how many rows at the top are column names; judged by the cells if None.
    """
    rows = [[" ".join(cell.split()) for cell in row] for row in grid]
    count = guess_header_rows(rows) if header_rows is None else header_rows
    names = column_names(rows[:count], len(rows[0]) if rows else 0)
    sentences = row_sentences(names, _filled_down(rows[count:])) or row_sentences(
        [""] * len(names), rows
    )
    lines = [caption, *sentences] if caption else sentences
    place = {key: metadata[key] for key in ("page", "bbox") if key in metadata}
    return Paragraph(
        text="\n".join(lines),
        metadata={
            **metadata,
            "attachment_type": "table",
            "caption": caption,
            "header_rows": count,
            "grid": rows,
        },
        sentences=tuple(Sentence(text=line, metadata=place) for line in lines),
    )


def _filled_down(rows: Grid) -> list[list[str]]:
    """Rows whose empty first cells repeat those above, as cells that span rows mean."""
    filled: list[list[str]] = []
    for row in rows:
        cells = list(row)
        if filled and sum(map(bool, cells)) > 1:
            for column, cell in enumerate(cells):
                if cell:
                    break
                cells[column] = filled[-1][column]
        filled.append(cells)
    return filled


def row_sentences(names: Sequence[str], rows: Grid) -> list[str]:
    """`column: value; column: value` for each row with a value; empty cells are left out."""
    lines = []
    for row in rows:
        cells = [
            f"{name}: {cell}" if name else cell
            for name, cell in zip(names, row, strict=True)
            if cell
        ]
        if cells:
            lines.append("; ".join(cells))
    return lines


def column_names(header: Grid, columns: int) -> list[str]:
    """One name a column: the header cells above it, from top to bottom."""
    names = []
    for column in range(columns):
        cells = [row[column] for row in header if row[column]]
        names.append(" ".join(dict.fromkeys(cells)))
    return names


def guess_header_rows(rows: Grid) -> int:
    """Rows above the first with a number outside its first column; 1 where none has one."""
    for index, row in enumerate(rows[:4]):
        if any(_NUMERIC.fullmatch(cell) for cell in row[1:] if cell) and not _is_years(row[1:]):
            return index
    return 1 if len(rows) > 1 else 0


def _is_years(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(re.fullmatch(r"(19|20)\d\d", cell) for cell in filled)
