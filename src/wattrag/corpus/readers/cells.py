"""The cells of a table: rows and columns from its rules, or else from white space."""

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import median

from wattrag.corpus.readers.blocks import Float
from wattrag.corpus.readers.geometry import Box, Fragment, Word
from wattrag.corpus.readers.grid import guess_header_rows
from wattrag.corpus.readers.lines import rows_of
from wattrag.corpus.readers.rules import Rule

MIN_GAP = 3.0  # points of white between columns
SPANNING = 1.6  # a piece this many times as wide as the median may span columns
MAX_COLUMNS, MAX_ROWS = 40, 400
MIN_FILLED = 0.3  # of the cells; fewer is no table
MIN_FULL_ROWS = 0.6  # of the rows have more than one cell
MAX_CELL = 700  # characters
EDGE = 3.0
MIN_SINGLE = 2  # rows with a rule under them
MAX_LINES = 6  # of a wrapped cell
LINE_PITCH = 1.3  # em between the lines of one cell
WORD_GAP = 0.6  # em; wider is no space between words

Row = list[Fragment]


def read_grid(
    page: int,
    region: Box,
    fragments: Sequence[Fragment],
    horizontal: Sequence[Rule] = (),
    vertical: Sequence[Rule] = (),
) -> Float | None:
    """The table in `region`, or None if its text makes no grid."""
    if len(fragments) < 4:  # noqa: PLR2004
        return None
    inner_h = [r for r in horizontal if region.y0 - 1 <= r.at <= region.y1 + 1 and _over(r, region)]
    inner_v = [r for r in vertical if region.x0 - 1 <= r.at <= region.x1 + 1 and _beside(r, region)]
    bounds = _column_bounds(region, fragments, inner_h, inner_v)
    if not 2 <= len(bounds) - 1 <= MAX_COLUMNS:  # noqa: PLR2004
        return None
    bands = _bands(region, fragments, inner_h)
    header_bands = _header_bands(bands)
    one_each = _is_one_row_a_band(bands[header_bands:])
    grid: list[tuple[str, ...]] = []
    header_rows = 0
    for index, band in enumerate(bands):
        rows = _band_rows(
            band, bounds, inner_h, is_header=index < header_bands, boxed=bool(inner_v)
        )
        if one_each and index >= header_bands and len(rows) <= MAX_LINES:
            rows = _one_row(rows)
        grid += rows
        header_rows += len(rows) if index < header_bands else 0
    return table_of(page, region, grid, header_rows)


def split_at_gaps(
    fragments: Sequence[Fragment], words: Sequence[Word], vertical: Sequence[Rule]
) -> list[Fragment]:
    """Fragments parted where a gap or a vertical rule shows that they run through two cells."""
    pieces: list[Fragment] = []
    from_top = sorted(words, key=_middle)
    for fragment in fragments:
        texts = fragment.text.split(" ")
        own = _words_of(fragment, from_top) if len(texts) > 1 else []
        if len(own) != len(texts) or len(texts) == 1:
            pieces.append(fragment)
            continue
        start = 0
        for index in range(1, len(own) + 1):
            if index == len(own) or _is_parted(own[index - 1], own[index], fragment.size, vertical):
                text = " ".join(texts[start:index])
                pieces.append(fragment._replace(text=text, x0=own[start].x0, x1=own[index - 1].x1))
                start = index
    return pieces


def _middle(word: Word) -> float:
    return (word.y0 + word.y1) / 2


def _words_of(fragment: Fragment, from_top: Sequence[Word]) -> list[Word]:
    """The words of a fragment from left to right."""
    first = bisect_left(from_top, fragment.y0, key=_middle)
    last = bisect_right(from_top, fragment.y1, key=_middle)
    own = (w for w in from_top[first:last] if fragment.x0 <= (w.x0 + w.x1) / 2 <= fragment.x1)
    return sorted(own)


def _is_parted(left: Word, right: Word, size: float, vertical: Sequence[Rule]) -> bool:
    if right.x0 - left.x1 > WORD_GAP * size:
        return True
    return any(
        left.x1 - 1 < rule.at < right.x0 + 1 and rule.start < left.y1 and rule.end > left.y0
        for rule in vertical
    )


def table_of(page: int, region: Box, grid: list[tuple[str, ...]], header_rows: int) -> Float | None:
    """The table of a grid without its empty rows and columns; None if it is not like a table.

    Column names are judged by the cells where `header_rows` is 0.
    """
    grid = [row for row in grid if any(row)]
    used = list(range(len(grid[0]))) if grid else []
    used = [c for c in used if any(row[c] for row in grid)]
    grid = [tuple(row[c] for c in used) for row in grid]
    if len(grid) < 2 or len(used) < 2 or len(grid) > MAX_ROWS:  # noqa: PLR2004
        return None
    if not _is_tabular(grid):
        return None
    if not 0 < header_rows < len(grid):
        header_rows = guess_header_rows(grid)
    return Float("table", page, region, tuple(grid), header_rows)


def _is_tabular(grid: Sequence[Sequence[str]]) -> bool:
    """Whether most rows have several cells, and the cells are not pages of prose."""
    several = sum(sum(map(bool, row)) > 1 for row in grid)
    filled = [len(cell) for row in grid for cell in row if cell]
    dense = len(filled) >= MIN_FILLED * len(grid) * len(grid[0])
    return dense and several >= MIN_FULL_ROWS * len(grid) and max(filled) <= MAX_CELL


def _over(rule: Rule, region: Box) -> bool:
    return rule.start < region.x1 - EDGE and rule.end > region.x0 + EDGE


def _beside(rule: Rule, region: Box) -> bool:
    return rule.start < region.y1 - EDGE and rule.end > region.y0 + EDGE


def _column_bounds(
    region: Box, fragments: Sequence[Fragment], horizontal: Sequence[Rule], vertical: Sequence[Rule]
) -> list[float]:
    """Edges of the columns from left to right."""
    inner: dict[int, float] = {}
    for rule in vertical:
        if region.x0 + EDGE < rule.at < region.x1 - EDGE:
            inner[round(rule.at / 2)] = inner.get(round(rule.at / 2), 0) + rule.length
    ruled = [key * 2.0 for key, length in inner.items() if length > 0.4 * region.height]
    white = _white_gaps(fragments, _body_top(region, horizontal, fragments))
    between = [x for x in white if all(abs(x - r) > EDGE * 2 for r in ruled)] if not ruled else []
    return [region.x0 - EDGE, *sorted(_apart([*ruled, *between])), region.x1 + EDGE]


def _apart(edges: list[float]) -> list[float]:
    kept: list[float] = []
    for edge in sorted(edges):
        if not kept or edge - kept[-1] > EDGE:
            kept.append(edge)
    return kept


def _body_top(region: Box, horizontal: Sequence[Rule], fragments: Sequence[Fragment]) -> float:
    """Where the rows below the header begin: under the first full rule inside the table."""
    for rule in horizontal:
        full = rule.length > 0.9 * region.width
        below = sum(f.y0 > rule.at - 1 for f in fragments)
        if full and rule.at > region.y0 + EDGE and below >= len(fragments) / 2:
            return rule.at
    return region.y0


def _white_gaps(fragments: Sequence[Fragment], top: float) -> list[float]:
    """Middles of the vertical strips that no row (or hardly any) has text in."""
    body = [f for f in fragments if f.y0 >= top - 1] or list(fragments)
    rows = rows_of(body)
    wide = SPANNING * median(f.x1 - f.x0 for f in body)
    narrow = [f for row in rows for f in row if len(row) > 1 or f.x1 - f.x0 <= wide]
    tolerated = len(rows) // 12
    events = sorted([(f.x0, 1) for f in narrow] + [(f.x1, -1) for f in narrow])
    gaps: list[float] = []
    depth, left = 0, None
    for x, change in events:
        if left is not None and depth <= tolerated and change == 1 and x - left >= MIN_GAP:
            gaps.append((left + x) / 2)
        depth += change
        left = (x if change == -1 or left is None else left) if depth <= tolerated else None
    return gaps


def _bands(
    region: Box, fragments: Sequence[Fragment], horizontal: Sequence[Rule]
) -> list[list[Row]]:
    """Rows of text, those between two full rules together."""
    cuts = [r.at for r in horizontal if r.length > 0.9 * region.width]
    bands: list[list[Row]] = []
    last = -1
    for row in rows_of(fragments):
        middle = (row[0].y0 + row[0].y1) / 2
        index = sum(cut < middle for cut in cuts)
        if not bands or index != last:
            bands.append([])
        bands[-1].append(row)
        last = index
    return bands


def _header_bands(bands: list[list[Row]]) -> int:
    """How many bands at the top are column names: one where a rule parts it from the rest."""
    return 1 if len(bands) > 1 and len(bands[0]) <= 4 else 0  # noqa: PLR2004


def _is_one_row_a_band(bands: Sequence[list[Row]]) -> bool:
    """Whether a rule stands under every row, so that more lines between two rules are one row."""
    single = sum(len(band) == 1 for band in bands)
    return single >= MIN_SINGLE and single > len(bands) / 2


def _one_row(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The lines of a row whose cells are wrapped, as one; full rows are rows of their own."""
    if all(all(row) for row in rows):
        return rows
    return [tuple(" ".join(filter(None, column)) for column in zip(*rows, strict=True))]


def _band_rows(
    band: list[Row],
    bounds: list[float],
    horizontal: Sequence[Rule],
    *,
    is_header: bool,
    boxed: bool,
) -> list[tuple[str, ...]]:
    rows = [_cells(row, bounds, horizontal if is_header else ()) for row in band]
    if len(rows) == 1:
        return rows
    if is_header:
        return _unwrapped(rows)
    return _merged(rows, band, boxed=boxed)


def _unwrapped(header: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Header rows, the second lines of names put to their first; groups of columns stay apart."""
    rows = [header[0]]
    for row in header[1:]:
        above = rows[-1]
        groups = {a for a, b in itertools.pairwise(above) if a and a == b}
        filled = [up for up, cell in zip(above, row, strict=True) if cell]
        if all(up and up not in groups for up in filled):
            rows[-1] = tuple(f"{up} {cell}".strip() for up, cell in zip(above, row, strict=True))
        else:
            rows.append(row)
    return rows


def _merged(rows: list[tuple[str, ...]], band: list[Row], *, boxed: bool) -> list[tuple[str, ...]]:
    """Rows with the continuation lines of wrapped cells put back into their row.

    The first cell may be a wrapped one where its row is boxed: rules on all sides.
    """
    pitches = [b[0].y1 - a[0].y1 for a, b in itertools.pairwise(band)]
    usual = median(pitches)
    merged = [rows[0]]
    for line, row, pitch in zip(band[1:], rows[1:], pitches, strict=True):
        filled = [cell for cell in row if cell]
        is_near = boxed and len(band) <= MAX_LINES and pitch <= LINE_PITCH * line[0].size
        wraps = (is_near or not row[0]) and len(filled) <= len(row) / 2 and pitch <= 1.05 * usual
        if wraps and not any(c.isdigit() for cell in filled for c in cell):
            merged[-1] = tuple(f"{a} {b}".strip() for a, b in zip(merged[-1], row, strict=True))
        else:
            merged.append(row)
    return merged


def _cells(row: Row, bounds: list[float], spans: Sequence[Rule]) -> tuple[str, ...]:
    """One row's cells; a header above a partial rule counts for all columns that it spans."""
    cells = [""] * (len(bounds) - 1)
    for fragment in row:
        for column in _columns_of(fragment, bounds, spans):
            cells[column] = f"{cells[column]} {fragment.text}".strip()
    return tuple(cells)


def _columns_of(fragment: Fragment, bounds: list[float], spans: Sequence[Rule]) -> list[int]:
    start, end = fragment.x0, fragment.x1
    middle = (start + end) / 2
    for rule in spans:
        near = -EDGE < rule.at - fragment.y1 < fragment.size
        shorter = rule.length < 0.9 * (bounds[-1] - bounds[0])
        if near and shorter and rule.start < middle < rule.end:
            start, end = min(start, rule.start), max(end, rule.end)
    columns = [
        c
        for c, (left, right) in enumerate(itertools.pairwise(bounds))
        if min(right, end) - max(left, start) > 0.5 * min(right - left, end - start)
    ]
    if columns and (spans or len(columns) == 1):
        return columns
    return [next((c for c, right in enumerate(bounds[1:]) if middle <= right), len(bounds) - 2)]
