"""Reading order: a page's pieces as flows, each the run of one column between full-width pieces."""

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from wattrag.corpus.readers.geometry import Box, Fragment

MAX_DEPTH = 3  # at most 8 columns
MIN_COLUMN_LINES = 3
MIN_GUTTER = 4.0  # points
MIN_LINE_CHARACTERS = 12  # in prose; cells and list marks are shorter
EDGE_STEP = 2.0  # points within which left edges count as equal
MAX_CANDIDATES = 8

Piece = Fragment | Box  # text, or the place of a table or figure


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


def _bands(pieces: list[Piece], gutter: float) -> list[tuple[bool, list[Piece]]]:
    """Runs of pieces from top to bottom that all cross the gutter, or all keep clear of it."""
    bands: list[tuple[bool, list[Piece]]] = []
    for piece in sorted(pieces, key=lambda p: (p.y0, p.x0)):
        crossing = piece.x0 < gutter - 1 and piece.x1 > gutter + 1
        if bands and bands[-1][0] == crossing:
            bands[-1][1].append(piece)
        else:
            bands.append((crossing, [piece]))
    return bands


def _gutter(pieces: list[Piece]) -> float | None:
    """The x that best parts two columns of prose, or None.

    A column begins where many lines begin, so the candidates are frequent left edges.
    """
    texts = [p for p in pieces if isinstance(p, Fragment)]
    if len(texts) < 2 * MIN_COLUMN_LINES:
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
    return score


def _is_prose(side: list[Fragment]) -> bool:
    return median(len(p.text) for p in side) >= MIN_LINE_CHARACTERS
