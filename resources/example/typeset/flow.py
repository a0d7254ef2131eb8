"""Deciding where boxes go: columns, floats, footnotes. Nothing is drawn here.

Placing is apart from drawing because the columns of the last page are balanced by trying.
"""

from __future__ import annotations

from dataclasses import dataclass

from .boxes import Box, Group, line_box
from .canvas import Canvas
from .compose import Composer
from .geometry import Geometry

_NOTE_GAP = 8.0
_FIRST_TRY, _STEP = 90.0, 6.0


@dataclass(frozen=True)
class Placement:
    """A box at its place."""

    page: int
    x: float
    y: float
    box: Box


def lay_out(
    title: list[Box], groups: list[Group], composer: Composer, geometry: Geometry
) -> list[Placement]:
    """Place title and body; columns of the last page become as short as they can be."""
    best = _Flow(composer, geometry, {}).fill(title, groups)
    pages = _pages(best)
    bottom = geometry.top + _FIRST_TRY
    while geometry.columns > 1 and bottom < geometry.bottom:
        shorter = _Flow(composer, geometry, {pages: bottom}).fill(title, groups)
        if _pages(shorter) == pages:
            return shorter
        bottom += _STEP
    return best


def _pages(placements: list[Placement]) -> int:
    return max(placement.page for placement in placements)


class _Flow:
    """Fills columns from top to bottom; `limits` ends the columns of some pages early."""

    def __init__(self, composer: Composer, geometry: Geometry, limits: dict[int, float]) -> None:
        self._composer, self._geometry, self._limits = composer, geometry, limits
        self._placed: list[Placement] = []
        self._notes: list[str] = []
        self._page, self._column = 1, 0
        self._top = self._y = geometry.top

    def fill(self, title: list[Box], groups: list[Group]) -> list[Placement]:
        """Place everything; a float that does not fit waits for the top of the next column."""
        self._title(title)
        waiting: list[Group] = []
        for group in groups:
            if not group.floating:
                self._text(list(group.boxes), waiting)
            elif waiting or not self._fits(group.boxes):
                waiting.append(group)
            else:
                self._add(group.boxes)
        for group in waiting:
            if not self._fits(group.boxes):
                self._next_column()
            self._add(group.boxes)
        self._foot()
        return self._placed

    def _title(self, boxes: list[Box]) -> None:
        """The title block stands over all columns; they start below it."""
        self._add(tuple(boxes))
        self._y += 1.4 * self._composer.front.size
        self._top = self._y

    def _text(self, boxes: list[Box], waiting: list[Group]) -> None:
        while boxes:
            size = next((i for i, box in enumerate(boxes, 1) if not box.keep), len(boxes))
            chunk, boxes = tuple(boxes[:size]), boxes[size:]
            if not self._fits(chunk):
                self._next_column()
                while waiting and self._fits(waiting[0].boxes):
                    self._add(waiting.pop(0).boxes)
                if not self._fits(chunk):
                    self._next_column()
            self._add(chunk)

    def _fits(self, boxes: tuple[Box, ...]) -> bool:
        labels = [label for box in boxes for label in box.notes]
        height = sum(box.before + box.height for box in boxes)
        if self._y == self._top:
            height -= boxes[0].before
        notes = self._notes_height([*self._notes, *labels])
        return self._y + height + notes <= self._bottom + 0.01

    def _add(self, boxes: tuple[Box, ...]) -> None:
        for box in boxes:
            if self._y > self._top:
                self._y += box.before
            self._put(self._y, box)
            self._y += box.height
            self._notes.extend(box.notes)

    def _put(self, y: float, box: Box) -> None:
        left = self._geometry.left(self._column)
        self._placed.append(Placement(self._page, left, y, box))

    @property
    def _bottom(self) -> float:
        return self._limits.get(self._page, self._geometry.bottom)

    def _next_column(self) -> None:
        self._foot()
        self._column += 1
        if self._column == self._geometry.columns:
            self._page, self._column = self._page + 1, 0
            self._top = self._geometry.top
        self._y = self._top

    def _notes_height(self, labels: list[str]) -> float:
        return sum(box.height for box in self._note_boxes(labels))

    def _note_boxes(self, labels: list[str]) -> list[Box]:
        """A short rule, then the lines of the notes; nothing without notes."""
        size = 0.8 * self._composer.front.size
        lines = [line for label in labels for line in self._composer.note_lines(label)]
        rule = [Box(_NOTE_GAP, _note_rule)] if lines else []
        return rule + [line_box(line, size) for line in lines]

    def _foot(self) -> None:
        """Set the footnotes that the column's lines called for at its foot."""
        y = self._bottom - self._notes_height(self._notes)
        for box in self._note_boxes(self._notes):
            self._put(y, box)
            y += box.height
        self._notes.clear()


def _note_rule(canvas: Canvas, x: float, y: float) -> None:
    canvas.rule(x, y + 5, x + 60, y + 5, 0.4)
