"""Tables: found by their rules or by aligned columns, read into a grid.

Own code rather than `find_tables` of the PDF library: that one needs lines on all sides of a cell,
which the tables of papers rarely have, and 40 to 120 ms a page; this works on what is read already.
"""

import itertools
from collections.abc import Sequence
from statistics import median

from wattrag.corpus.readers.blocks import CAPTION, Float
from wattrag.corpus.readers.cells import read_grid, split_at_gaps
from wattrag.corpus.readers.geometry import Box, Fragment, PageContent
from wattrag.corpus.readers.lines import rows_of
from wattrag.corpus.readers.rules import Rule, horizontal_rules, vertical_rules
from wattrag.corpus.readers.style import is_fixed_pitch

MIN_RULE, MAX_RULES = 40.0, 600  # points; so many of the longest
SAME_EDGE = 8.0
MAX_BLANK = 60.0  # points between two rules without text
PROSE_WIDTH, PROSE_CHARACTERS = 0.75, 55  # a line this long is no cell
MAX_PROSE_ROWS = 0.2
MIN_ALIGNED_ROWS = 3
WORDY, MIN_WORDY = 24, 2  # median characters of a column; so many such columns are prose
CELL_GAP = 1.4  # em between two cells without rules
MAX_CELL = 40  # median characters of a cell without rules
DENSE = 0.8  # share of filled cells that a table has even with a figure's caption
CAPTION_BELOW = 50.0  # points
NEAR = 4.0  # points
LEADERS = " . . "


def ruled_tables(
    page: PageContent, fragments: Sequence[Fragment]
) -> tuple[list[Float], list[Fragment]]:
    """The tables between rules, and the fragments that are in none of them."""
    horizontal = horizontal_rules(page.drawings)
    vertical = vertical_rules(page.drawings) if horizontal else []
    rest, tables = list(fragments), []
    for ruled in _ruled_regions(horizontal, rest):
        if _is_frame(ruled, horizontal, vertical):
            continue
        region = _with_header(ruled, rest)
        inside = [f for f in rest if region.holds((f.x0 + f.x1) / 2, (f.y0 + f.y1) / 2, 1.5)]
        if _is_listing(inside):
            continue
        pieces = split_at_gaps(inside, page.words, vertical)
        names = [f for f in page.sideways if region.holds((f.x0 + f.x1) / 2, (f.y0 + f.y1) / 2)]
        table = read_grid(page.number, region, [*pieces, *names], horizontal, vertical)
        if table is not None and _is_diagram(table, rest):
            continue
        if table is not None:
            tables.append(table)
            rest = _without(rest, inside)
    return tables, rest


def aligned_tables(
    page: PageContent, fragments: Sequence[Fragment]
) -> tuple[list[Float], list[Fragment]]:
    """The tables without rules, and the fragments that are in none of them."""
    rest, tables = list(fragments), []
    for rows in _aligned_rows(rest):
        inside = [f for row in rows for f in row]
        table = None if _is_listing(inside) else read_grid(page.number, _around(inside), inside)
        if table is not None:
            tables.append(table)
            rest = _without(rest, inside)
    return tables, rest


def _without(fragments: list[Fragment], taken: Sequence[Fragment]) -> list[Fragment]:
    gone = set(taken)
    return [f for f in fragments if f not in gone]


def _is_listing(fragments: Sequence[Fragment]) -> bool:
    """Program text in columns."""
    fixed = sum(is_fixed_pitch(f.font) for f in fragments)
    return fixed > len(fragments) / 2


def _ruled_regions(horizontal: Sequence[Rule], fragments: Sequence[Fragment]) -> list[Box]:
    """Boxes between the first and last of rules with the same ends and cells between them."""
    regions = []
    longest = sorted(horizontal, key=lambda rule: -rule.length)[:MAX_RULES]
    remaining = sorted(rule for rule in longest if rule.length >= MIN_RULE)
    while remaining:
        top = remaining.pop(0)
        bottom = top
        for rule in remaining:
            if not _same_ends(top, rule):
                continue
            between = Box(top.start, bottom.at, top.end, rule.at)
            if not _holds_cells(between, fragments):
                break
            bottom = rule
        if bottom is not top:
            region = Box(top.start, top.at, top.end, bottom.at)
            regions.append(region)
            remaining = [rule for rule in remaining if not top.at <= rule.at <= bottom.at + 0.5]
    return regions


def _same_ends(a: Rule, b: Rule) -> bool:
    return abs(a.start - b.start) < SAME_EDGE and abs(a.end - b.end) < SAME_EDGE


def _holds_cells(box: Box, fragments: Sequence[Fragment]) -> bool:
    """Whether the text between two rules can be rows of a table."""
    inside = [f for f in fragments if box.holds((f.x0 + f.x1) / 2, (f.y0 + f.y1) / 2)]
    if not inside:
        return box.height < MAX_BLANK
    if any(CAPTION.match(f.text) and f.text[:3].casefold() != "tab" for f in inside):
        return False
    rows = rows_of(inside)
    prose = sum(any(_is_prose(f, box) for f in row) for row in rows)
    return prose <= MAX_PROSE_ROWS * len(rows)


def _is_prose(fragment: Fragment, box: Box) -> bool:
    """A long line that begins at the left edge, where a table has its first, short column."""
    wide = fragment.x1 - fragment.x0 > PROSE_WIDTH * box.width
    at_left = fragment.x0 < box.x0 + 0.1 * box.width
    return wide and at_left and len(fragment.text) > PROSE_CHARACTERS


def _is_diagram(table: Float, fragments: Sequence[Fragment]) -> bool:
    """A grid with holes over the caption of a figure: labels of a drawing."""
    filled = sum(bool(cell) for row in table.grid for cell in row)
    if filled >= DENSE * len(table.grid) * len(table.grid[0]):
        return False
    box = table.box
    return any(
        -NEAR < f.y0 - box.y1 < CAPTION_BELOW
        and f.x0 < box.x1
        and f.x1 > box.x0
        and f.text[:3].casefold() == "fig"
        and CAPTION.match(f.text)
        for f in fragments
    )


def _is_frame(region: Box, horizontal: Sequence[Rule], vertical: Sequence[Rule]) -> bool:
    """A box around something: lines on its sides, none within."""
    inner = [r for r in horizontal if region.y0 + 2 < r.at < region.y1 - 2]
    across = [r for r in inner if r.length > 0.5 * region.width and r.start < region.x1]
    sides = [
        rule.at for rule in vertical if rule.start < region.y0 + 4 and rule.end > region.y1 - 4
    ]
    framed = any(abs(x - region.x0) < NEAR for x in sides) and any(
        abs(x - region.x1) < NEAR for x in sides
    )
    parted = any(region.x0 + 4 < x < region.x1 - 4 for x in sides)
    return framed and not across and not parted


def _with_header(region: Box, fragments: Sequence[Fragment]) -> Box:
    """The region with a row of column names that stands just above its first rule."""
    above = [
        f
        for f in fragments
        if region.x0 - 4 < f.x0 and f.x1 < region.x1 + 4 and 0 < region.y0 - f.y0 < 2.2 * f.size
    ]
    rows = rows_of(above)
    if not rows or not _is_cell_row(rows[-1]) or not region.y0 - rows[-1][0].y1 + 3 >= 0:
        return region
    return region._replace(y0=min(f.y0 for f in rows[-1]))


def _aligned_rows(fragments: Sequence[Fragment]) -> list[list[list[Fragment]]]:
    """Runs of rows with several short pieces whose edges are aligned, without any rules."""
    rows = rows_of(fragments)
    runs: list[tuple[int, int]] = []
    start = 0
    for index in range(1, len(rows) + 1):
        if index == len(rows) or not _follows(rows[index - 1], rows[index]):
            runs.append((start, index))
            start = index
    return [
        [*_header_above(rows, first), *rows[first:last]]
        for first, last in runs
        if last - first >= MIN_ALIGNED_ROWS and _is_aligned(rows[first:last])
    ]


def _header_above(rows: Sequence[list[Fragment]], first: int) -> list[list[Fragment]]:
    """Up to two rows of short names above the aligned rows."""
    header: list[list[Fragment]] = []
    for row in rows[max(0, first - 2) : first][::-1]:
        below = header[0] if header else rows[first]
        is_near = 0 < below[0].y0 - row[0].y0 < 2.5 * row[0].size
        if len(row) < 2 or not is_near or max(len(f.text) for f in row) > MAX_CELL:  # noqa: PLR2004
            break
        header.insert(0, row)
    return header


def _is_cell_row(row: Sequence[Fragment]) -> bool:
    if len(row) < 2 or any(LEADERS in f.text or "....." in f.text for f in row):  # noqa: PLR2004
        return False
    if max(len(f.text) for f in row) > MAX_CELL or CAPTION.match(row[0].text):
        return False
    gaps = [b.x0 - a.x1 for a, b in itertools.pairwise(row)]
    return all(gap > CELL_GAP * row[0].size for gap in gaps)


def _follows(before: Sequence[Fragment], row: Sequence[Fragment]) -> bool:
    distance = row[0].y1 - before[0].y1
    return _is_cell_row(before) and _is_cell_row(row) and distance < 3 * row[0].size


def _is_aligned(run: Sequence[Sequence[Fragment]]) -> bool:
    """Whether most rows have the run's usual number of cells, at edges that they share."""
    count = max((len(row) for row in run), key=[len(row) for row in run].count)
    usual = [row for row in run if len(row) == count]
    if len(usual) < max(MIN_ALIGNED_ROWS, 0.6 * len(run)):
        return False
    if count == 2 and not any(c.isdigit() for row in usual for c in row[1].text):  # noqa: PLR2004
        return False
    columns = [[row[column] for row in usual] for column in range(count)]
    wordy = sum(median(len(f.text) for f in column) >= WORDY for column in columns)
    return wordy < MIN_WORDY and all(map(_shares_edge, columns))


def _shares_edge(cells: Sequence[Fragment]) -> bool:
    for edge in ([f.x0 for f in cells], [f.x1 for f in cells], [(f.x0 + f.x1) / 2 for f in cells]):
        middle = sorted(edge)[len(edge) // 2]
        if sum(abs(value - middle) < 4 for value in edge) >= 0.75 * len(edge):  # noqa: PLR2004
            return True
    return False


def _around(fragments: Sequence[Fragment]) -> Box:
    return Box(
        min(f.x0 for f in fragments),
        min(f.y0 for f in fragments),
        max(f.x1 for f in fragments),
        max(f.y1 for f in fragments),
    )
