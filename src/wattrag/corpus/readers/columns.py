"""Reading order: a page's pieces as flows, each the run of one column between full-width pieces."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from wattrag.corpus.readers.geometry import Box, Fragment
from wattrag.corpus.readers.style import is_fixed_pitch

MAX_DEPTH = 3  # at most 8 columns
MIN_COLUMN_LINES = 3
MIN_GUTTER = 4.0  # points
MIN_LINE_CHARACTERS = 12  # in prose; cells and list marks are shorter
EDGE_STEP = 2.0  # points within which left edges count as equal
MAX_CANDIDATES = 8
MOSTLY = 0.8
TORN = 3.0  # how much worse a torn line is than a line in its column is good

Piece = Fragment | Box  # text, or the place of a table or figure
_Band = tuple[bool, list[Piece]]


class Flow(NamedTuple):
    """Pieces of one column (or of the full width) that are read without a break."""

    pieces: list[Piece]
    x0: float
    x1: float


def reading_order(pieces: Sequence[Piece]) -> list[Flow]:
    """The pieces of a page in reading order."""
    return [flow for group in _ordered(list(pieces), 0) if (flow := _flow(group))]


def _flow(group: list[Piece]) -> Flow | None:
    if not group:
        return None
    return Flow(group, min(p.x0 for p in group), max(p.x1 for p in group))


def _ordered(pieces: list[Piece], depth: int) -> list[list[Piece]]:
    gutter = _gutter(pieces) if depth < MAX_DEPTH else None
    if gutter is None:
        return [sorted(pieces, key=lambda p: (p.y0, p.x0))]
    groups: list[list[Piece]] = []
    for is_crossing, band in _bands(pieces, gutter):
        if is_crossing:
            groups += _ordered(band, depth + 1)
        else:
            left = [p for p in band if p.x1 <= gutter]
            right = [p for p in band if p.x1 > gutter]
            groups += _ordered(left, depth + 1) if left else []
            groups += _ordered(right, depth + 1) if right else []
    return groups


def _bands(pieces: list[Piece], gutter: float) -> list[_Band]:
    """Runs of pieces from top to bottom that all cross the gutter, or all keep clear of it."""
    bands: list[_Band] = []
    for piece in sorted(pieces, key=lambda p: (p.y0, p.x0)):
        crossing = _crosses(piece, gutter)
        if bands and bands[-1][0] == crossing:
            bands[-1][1].append(piece)
        else:
            bands.append((crossing, [piece]))
    return _without_slivers(bands, gutter)


def _without_slivers(bands: list[_Band], gutter: float) -> list[_Band]:
    """The bands, with a few pieces at one side put to the full-width pieces around them.

    The last line of a paragraph over the full width seldom reaches the gutter, nor does each line
    of a program.
    """
    kept: list[_Band] = []
    for crossing, band in bands:
        before = kept[-1] if kept else None
        if before and before[0] and not crossing and _ends_with(before[1][-1], band, gutter):
            before[1].append(band.pop(0))
        if before is None:
            kept.append((crossing, band))
        elif before[0] and (crossing or _is_sliver(band, gutter)):
            before[1].extend(band)
        elif crossing and _is_sliver(before[1], gutter) and _touch(before[1][-1], band[0]):
            kept[-1] = (True, before[1] + band)
        else:
            kept.append((crossing, band))
    return kept


def _ends_with(line: Piece, band: Sequence[Piece], gutter: float) -> bool:
    """Whether the first of `band` is the last line, a short one, of the paragraph of `line`."""
    first = band[0]
    if len(band) < MIN_COLUMN_LINES or not isinstance(line, Fragment) or first.x1 > gutter:
        return False
    near, apart = first.y0 - line.y1, band[1].y0 - first.y1
    return near < 0.5 * line.size < apart and abs(first.x0 - line.x0) < EDGE_STEP


def _is_sliver(band: list[Piece], gutter: float) -> bool:
    one_sided = all(p.x1 <= gutter for p in band) or all(p.x0 >= gutter - 1 for p in band)
    is_program = all(isinstance(p, Fragment) and is_fixed_pitch(p.font) for p in band)
    return one_sided and (len(band) < MIN_COLUMN_LINES or is_program)


def _touch(above: Piece, below: Piece) -> bool:
    """Whether two pieces share some height."""
    return below.y0 < above.y1 and above.y0 < below.y1


def _gutter(pieces: list[Piece]) -> float | None:
    """The x that best parts two columns of prose, or None.

    A column begins where many lines begin, so the candidates are frequent left edges.
    """
    texts = [p for p in pieces if isinstance(p, Fragment)]
    if len(texts) < 2 * MIN_COLUMN_LINES or _is_listing(texts):
        return None
    edges = Counter(round(p.x0 / EDGE_STEP) for p in texts)
    leftmost = min(edges)
    best, best_score = None, 0.0
    for edge, count in edges.most_common(MAX_CANDIDATES):
        if edge == leftmost or count < MIN_COLUMN_LINES:
            continue
        gutter = edge * EDGE_STEP - EDGE_STEP - 1
        score = _score(pieces, gutter)
        if score > best_score:
            best, best_score = gutter, score
    return best


def _is_listing(texts: Sequence[Fragment]) -> bool:
    """Whether it is a program, whose comments stand at the right of its statements."""
    return sum(is_fixed_pitch(f.font) for f in texts) > MOSTLY * len(texts)


def _score(pieces: list[Piece], gutter: float) -> float:
    """Height of the two-column bands that `gutter` makes, 0 if none looks like prose."""
    score = 0.0
    for crossing, band in _bands(pieces, gutter):
        if crossing:
            continue
        left = [p for p in band if p.x1 <= gutter and isinstance(p, Fragment)]
        right = [p for p in band if p.x1 > gutter and isinstance(p, Fragment)]
        if min(len(left), len(right)) < MIN_COLUMN_LINES:
            continue
        if gutter - max(p.x1 for p in left) + 1 < MIN_GUTTER - 1:
            continue
        if _is_prose(left) and _is_prose(right):
            score += min(sum(p.y1 - p.y0 for p in side) for side in (left, right))
    return score - TORN * _torn(pieces, gutter) if score else score


def _torn(pieces: list[Piece], gutter: float) -> float:
    """Height of the lines of prose that cross `gutter` beside others that do not.

    They belong to columns that another gutter parts. Programs, whose comments stand in a column of
    their own, may be cut.
    """
    clear = sorted((p.y0 + p.y1) / 2 for p in pieces if not _crosses(p, gutter))
    torn = (
        p.y1 - p.y0
        for p in pieces
        if isinstance(p, Fragment)
        and _crosses(p, gutter)
        and bisect_left(clear, p.y0) < bisect_right(clear, p.y1)
        and not is_fixed_pitch(p.font)
    )
    return sum(torn)


def _crosses(piece: Piece, gutter: float) -> bool:
    return piece.x0 < gutter - 1 and piece.x1 > gutter + 1


def _is_prose(side: list[Fragment]) -> bool:
    """Long lines, those of a program above them left out."""
    lengths = [len(p.text) for p in side if not is_fixed_pitch(p.font)]
    return median(lengths or [len(p.text) for p in side]) >= MIN_LINE_CHARACTERS
