"""What the page flow places: boxes of a known height, grouped where they must stay together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from .canvas import Canvas
from .paragraph import Line

Draw = Callable[[Canvas, float, float], None]

LEADING = 1.2


@dataclass(frozen=True)
class Box:
    """A piece no page break divides; `keep` ties it to the box after it."""

    height: float
    draw: Draw
    before: float = 0.0
    keep: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Boxes in order; a floating group may move to the top of the next column."""

    boxes: tuple[Box, ...]
    floating: bool = False

    @property
    def height(self) -> float:
        """Height of all boxes with the space between them."""
        return sum(box.before + box.height for box in self.boxes)


def line_box(line: Line, size: float, leading: float = LEADING) -> Box:
    """A box around one line of text of the given size."""

    def draw(canvas: Canvas, x: float, y: float) -> None:
        canvas.line(x, y + 0.8 * size * leading, line)

    return Box(size * leading, draw, notes=line.notes)


def text_boxes(lines: list[Line], size: float, before: float, *, together: bool) -> list[Box]:
    """Line boxes of a paragraph, tied so that no single line is left at a column's end."""
    boxes = [line_box(line, size) for line in lines]
    last = len(boxes) - 1
    for i in range(last):
        boxes[i] = replace(boxes[i], keep=together or i in (0, last - 1))
    if boxes:
        boxes[0] = replace(boxes[0], before=before)
    return boxes


def centred(line: Line, width: float) -> Line:
    """The line moved to the middle of a column of this width."""
    return replace(line, indent=(width - line.width) / 2)
