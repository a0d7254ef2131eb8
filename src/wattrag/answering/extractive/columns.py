"""Which column's name stands above which cell, in a table that a PDF has flattened to lines.

Flattening keeps the order of the cells but not their places, so a header is laid over a row only
where their counts leave one way to do it.
"""

import re

from wattrag.answering.quantities.units import units_in

_TITLE = re.compile(r"[^\s(]+(?: ?\([^()]{1,30}\))?|\([^()]{1,30}\)")
_BRACKETED = re.compile(r"(?P<words>[^()]*)(?P<bracket>\([^()]{1,30}\))")
_WORDS_OF_A_NAME = 3
"""Words before a bracket that are taken for the name of its column."""


def columns(header: list[str], row: str, cells: list[tuple[int, int]]) -> list[str]:
    """The name of each cell's column, "" for all where the header cannot be laid over the row.

    Args:
        header: lines above the row, the closest last.
        row: the row's text.
        cells: start and end of each number in the row.
    """
    for lines in (header[-1:], header[-2:]):
        text = " ".join(lines)
        found = _one_each(text, row, cells) or _by_units(text, len(cells))
        if found:
            return found
    return [""] * len(cells)


def _one_each(header: str, row: str, cells: list[tuple[int, int]]) -> list[str]:
    """Words of the header and of the row are as many, and units stand above numbers only."""
    titles = _titles(header)
    places = [match.span() for match in _TITLE.finditer(row)]
    if len(titles) != len(places):
        return []
    cell_at = {
        i: c for c, (s, _) in enumerate(cells) for i, p in enumerate(places) if p[0] <= s < p[1]
    }
    if any(i not in cell_at and units_in(title) for i, title in enumerate(titles)):
        return []
    named = {cell: titles[i] for i, cell in cell_at.items()}
    return [named.get(cell, "") for cell in range(len(cells))]


def _titles(header: str) -> list[str]:
    return [match.group() for match in _TITLE.finditer(header)]


def _by_units(header: str, count: int) -> list[str]:
    """The last columns, where each of them states its unit: `Energy (MWh) Emissions (t)`."""
    found = list(_BRACKETED.finditer(header))
    if not found or found[-1].end() != len(header.rstrip()) or len(found) > count:
        return []
    if not all(units_in(match["bracket"]) for match in found):
        return []
    named = [" ".join([*m["words"].split()[-_WORDS_OF_A_NAME:], m["bracket"]]) for m in found]
    return [""] * (count - len(named)) + named
