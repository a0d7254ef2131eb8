"""Rules: the straight lines of tables, put together from the pieces that a PDF draws."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wattrag.corpus.readers.geometry import Box, Drawing

THIN = 2.6  # points: thicker is a box
TOUCHING = 4.0  # points between pieces of one rule
SAME_LINE = 1.6
MIN_PIECE = 5.0
MAX_PIECES = 4000  # a page with more is a drawing, not a table


class Rule(NamedTuple):
    """A horizontal rule at height `at` from `start` to `end`, or a vertical one at x `at`."""

    at: float
    start: float
    end: float

    @property
    def length(self) -> float:
        """Points from start to end."""
        return self.end - self.start


def horizontal_rules(drawings: Sequence[Drawing]) -> list[Rule]:
    """Horizontal rules from top to bottom; boxes with a line around count as four rules."""
    return _joined(
        Rule(at, box.x0, box.x1)
        for box, is_box in _pieces(drawings)
        for at in _edges(box.y0, box.y1, is_box=is_box)
        if box.width >= MIN_PIECE and (is_box or box.height <= THIN)
    )


def vertical_rules(drawings: Sequence[Drawing]) -> list[Rule]:
    """Vertical rules from left to right."""
    return _joined(
        Rule(at, box.y0, box.y1)
        for box, is_box in _pieces(drawings)
        for at in _edges(box.x0, box.x1, is_box=is_box)
        if box.height >= MIN_PIECE and (is_box or box.width <= THIN)
    )


def _pieces(drawings: Sequence[Drawing]) -> Iterable[tuple[Box, bool]]:
    """Boxes of straight drawings, and whether each encloses something."""
    if len(drawings) > MAX_PIECES:
        return
    for drawing in drawings:
        thin = min(drawing.box.width, drawing.box.height) <= THIN
        if thin or drawing.rectangle:
            yield drawing.box, not thin


def _edges(low: float, high: float, *, is_box: bool) -> tuple[float, ...]:
    return (low, high) if is_box else ((low + high) / 2,)


def _joined(pieces: Iterable[Rule]) -> list[Rule]:
    """Pieces on one line that touch, as one rule."""
    lines: list[list[Rule]] = []
    for piece in sorted(pieces):
        if lines and piece.at - lines[-1][-1].at < SAME_LINE:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    rules: list[Rule] = []
    for line in lines:
        at = line[0].at
        current: Rule | None = None
        for piece in sorted(line, key=lambda rule: rule.start):
            if current and piece.start <= current.end + TOUCHING:
                current = current._replace(end=max(current.end, piece.end))
            else:
                if current:
                    rules.append(current)
                current = piece._replace(at=at)
        if current:
            rules.append(current)
    return sorted(rules)
