"""Tables and figures where the layout model saw them."""

import itertools
from collections.abc import Sequence

from wattrag.corpus.readers.blocks import Float
from wattrag.corpus.readers.cells import read_grid, split_at_gaps, table_of
from wattrag.corpus.readers.figures import find_figures, with_labels
from wattrag.corpus.readers.geometry import Box, Fragment, PageContent, Region
from wattrag.corpus.readers.lines import rows_of
from wattrag.corpus.readers.rules import Rule, horizontal_rules, vertical_rules
from wattrag.corpus.readers.style import Style

EDGE = 3.0  # points from a table's outer rules to its inner ones, at least
FULL = 0.8  # of the table's width that a rule below its column names covers
MAX_HEADER_ROWS = 4
RULES = 2  # across a table that show its rows
NEAR = 4.0  # points from a region to the outer rules of its table


def find_floats(
    page: PageContent, fragments: Sequence[Fragment], style: Style
) -> tuple[list[Float], list[Fragment]]:
    """Tables and figures of a page, and the text that is in neither."""
    floats: list[Float] = []
    rest = list(fragments)
    for region in page.regions:
        if region.kind != "table":
            continue
        inside = [f for f in rest if region.box.holds((f.x0 + f.x1) / 2, (f.y0 + f.y1) / 2, 1.5)]
        table = _table(page, region, inside)
        if table is not None:
            floats.append(table)
            taken = set(inside)
            rest = [f for f in rest if f not in taken]
    for box in find_figures(page, rest, [table.box for table in floats]):
        figure, labels = with_labels(page.number, box, rest, style.size)
        floats.append(figure)
        rest = [f for f in rest if f not in labels]
    return floats, rest


def _table(page: PageContent, region: Region, inside: Sequence[Fragment]) -> Float | None:
    """The table of a region: on its own rules, else on the model's grid, else in white space."""
    box = region.box
    horizontal = horizontal_rules(page.drawings)
    if sum(_crosses(r, box) and box.y0 - NEAR < r.at < box.y1 + NEAR for r in horizontal) >= RULES:
        vertical = vertical_rules(page.drawings)
        outer = box._replace(y0=box.y0 - NEAR, y1=box.y1 + NEAR)
        ruled = split_at_gaps(inside, page.words, vertical)
        if table := read_grid(page.number, outer, ruled, horizontal, vertical):
            return table._replace(box=box)
    columns = [Rule(x, box.y0, box.y1) for x in region.columns]
    pieces = split_at_gaps(inside, page.words, columns)
    tops, grid = _on_grid(region, pieces)
    header_rows = _header_rows(tops, box, horizontal)
    if table := table_of(page.number, box, grid, header_rows):
        return table
    return read_grid(page.number, box, split_at_gaps(inside, page.words, []))


def _header_rows(tops: Sequence[float], box: Box, rules: Sequence[Rule]) -> int:
    """Rows above the first rule that runs through the table; 0 if that says nothing."""
    inner = [r.at for r in rules if box.y0 + EDGE < r.at < box.y1 - EDGE and _crosses(r, box)]
    count = sum(top < inner[0] for top in tops) if inner else 0
    return count if count <= MAX_HEADER_ROWS and count < len(tops) else 0


def _crosses(rule: Rule, box: Box) -> bool:
    return min(rule.end, box.x1) - max(rule.start, box.x0) > FULL * box.width


def _on_grid(
    region: Region, pieces: Sequence[Fragment]
) -> tuple[list[float], list[tuple[str, ...]]]:
    """Tops and cells of the rows between the grid's lines; those without text are left out."""
    cells: dict[tuple[int, int], list[Fragment]] = {}
    for piece in pieces:
        row = sum((piece.y0 + piece.y1) / 2 > y for y in region.rows)
        column = sum((piece.x0 + piece.x1) / 2 > x for x in region.columns)
        cells.setdefault((row, column), []).append(piece)
    rows = sorted({row for row, _ in cells})
    columns = sorted({column for _, column in cells})
    tops = [min(p.y0 for (r, _), found in cells.items() if r == row for p in found) for row in rows]
    grid = [tuple(_text(cells.get((row, column), [])) for column in columns) for row in rows]
    return tops, grid


def _text(pieces: Sequence[Fragment]) -> str:
    return " ".join(f.text for f in itertools.chain.from_iterable(rows_of(pieces)))
