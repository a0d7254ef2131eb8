"""Lines into blocks: runs of lines of one paragraph, heading, caption or note within a column."""

import itertools
import re
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from wattrag.corpus.readers.geometry import Box
from wattrag.corpus.readers.lines import Line
from wattrag.corpus.readers.style import is_fixed_pitch

CAPTION = re.compile(
    r"(?P<kind>fig(?:ure|\.)?|table|tab\.|exhibit|chart|scheme|listing|algorithm|box|plate)"
    r"\s*(?P<number>(?:[A-Z]?\d+(?:[.\-\u2013]\d+)*[a-z]?|[IVX]+))\s*(?:[.:|—\u2013-]|\s[A-Z]|$)",
    re.IGNORECASE,
)
NUMBERED = re.compile(
    r"(?:(?:chapter|section|part|appendix)\s+)?(?P<number>\d{1,2}(?:\.\d{1,2}){0,4}|[A-Z](?:\.\d{1,2})+"
    r"|[IVX]{1,5}(?=\.)|[A-H](?=\.))[.:)]?\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
LIST_ITEM = re.compile(
    r"(?:[•●○▪■□◦‣\u2043∙·➢►✓*\u2013—-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|\[\d{1,3}\])\s"
)
_LEADING = re.compile(r"[(\[]?(\d{1,3})(?:[.)\]]\s|\s?(?=https?:)|\s(?=[A-Z]))")
ENDED = re.compile(r"[.!?:;。\uff01\uff1f]['\"”\u2019)\]]*(?:\[\d[\d,\u2013-]*\])?$")
NEW_LISTING_PITCH = 3.2  # em; a blank line is part of a program
NEW_PARAGRAPH_PITCH = 1.3  # times the usual distance of lines
INDENT = 0.8  # em
SHORT_LINE = 0.12  # of the column's width left blank at the right


class Float(NamedTuple):
    """A table, figure or page without text at its place in the flow.

    Attributes:
        kind: `table`, `image`, or `page` for a page that has no text layer.
        page: its number.
        box: where it is.
        grid: cells of a table.
        header_rows: rows of the grid that name its columns.
        labels: text inside a figure.
    """

    kind: str
    page: int
    box: Box
    grid: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0
    labels: tuple[str, ...] = ()


class Block(NamedTuple):
    """Consecutive lines of one column; `x0` and `x1` are the column's edges.

    `kind` is the class that a layout model gave them, "" where none did.
    """

    lines: tuple[Line, ...]
    x0: float
    x1: float
    kind: str = ""

    @property
    def first(self) -> Line:
        """Its first line."""
        return self.lines[0]

    @property
    def last(self) -> Line:
        """Its last line."""
        return self.lines[-1]

    @property
    def text(self) -> str:
        """Its lines joined with spaces, hyphens kept: for recognising, not for output."""
        return " ".join(line.text for line in self.lines)

    @property
    def is_listing(self) -> bool:
        """Whether it is program text: all of it in a typewriter face."""
        return all(is_fixed_pitch(line.font) for line in self.lines)

    @property
    def starts_indented(self) -> bool:
        """Whether the first line is indented against the column."""
        return self.first.box.x0 > self.x0 + INDENT * self.first.size


def blocks_of(items: Sequence[Line | Float], x0: float, x1: float) -> list[Block | Float]:
    """Split a column's lines into blocks; floats stay at their place between them.

    One that stands beside lines of a block comes before it.
    """
    pitch = _usual_pitch([item for item in items if isinstance(item, Line)])
    blocks: list[Block | Float] = []
    current: list[Line] = []
    for item in items:
        if isinstance(item, Line):
            if current and _breaks(current, item, x0, x1, pitch):
                blocks.append(Block(tuple(current), x0, x1))
                current = []
            current.append(item)
        else:
            if current and not _is_beside(item.box, current[-1].box):
                blocks.append(Block(tuple(current), x0, x1))
                current = []
            blocks.append(item)
    if current:
        blocks.append(Block(tuple(current), x0, x1))
    return blocks


def _is_beside(float_: Box, line: Box) -> bool:
    return float_.x1 <= line.x0 or float_.x0 >= line.x1


def _usual_pitch(lines: Sequence[Line]) -> float:
    """Median distance of following lines of one size, in em."""
    pitches = [
        (b.box.y1 - a.box.y1) / a.size
        for a, b in itertools.pairwise(lines)
        if abs(a.size - b.size) < 0.3 and 0.8 < (b.box.y1 - a.box.y1) / max(a.size, 1) < 2.6  # noqa: PLR2004
    ]
    if not pitches:
        return 1.25
    pitches.sort()
    return min(median(pitches), pitches[len(pitches) // 4] * 1.25)


def _breaks(current: list[Line], line: Line, x0: float, x1: float, pitch: float) -> bool:
    """Whether `line` begins a new block after the lines of `current`."""
    first, last = current[0], current[-1]
    distance = line.box.y1 - last.box.y1
    fixed = is_fixed_pitch(line.font)
    in_listing = all(is_fixed_pitch(each.font) for each in current)
    if in_listing and fixed and 0 < distance < NEW_LISTING_PITCH * line.size:
        return False
    is_caption = CAPTION.match(first.text) and abs(last.size - line.size) < 0.06 * line.size
    return (
        distance > NEW_PARAGRAPH_PITCH * pitch * max(last.size, line.size)
        or distance < -line.size
        or (in_listing and not fixed and len(current) > 1)
        or (fixed and not is_fixed_pitch(last.font) and bool(ENDED.search(last.text)))
        or (not is_caption and _looks_different(last, line))
        or _opens(first, last, line)
        or _is_indented(current, line, x0, x1)
        or _follows_short_line(last, line, x0, x1)
    )


def _opens(first: Line, last: Line, line: Line) -> bool:
    """Whether the words of `line` open a list item, caption, numbered heading or note."""
    ended = bool(ENDED.search(last.text))
    if LIST_ITEM.match(line.text) and (ended or LIST_ITEM.match(first.text)):
        return True
    if CAPTION.match(line.text) and (ended or line.bold):
        return True
    return (line.bold and bool(NUMBERED.match(line.text))) or _counts_on(first.text, line.text)


def _counts_on(before: str, text: str) -> bool:
    """Whether two lines begin with numbers that follow each other, as notes and references do."""
    first, second = _LEADING.match(before), _LEADING.match(text)
    return first is not None and second is not None and int(second[1]) == int(first[1]) + 1


def _looks_different(last: Line, line: Line) -> bool:
    size_changed = abs(last.size - line.size) > 0.09 * max(last.size, line.size)
    weight_changed = last.bold != line.bold and min(len(last.text), len(line.text)) > 2  # noqa: PLR2004
    return size_changed or weight_changed


def _is_indented(current: list[Line], line: Line, x0: float, x1: float) -> bool:
    """Whether the left edge of `line` says that a paragraph begins: indented, or outdented."""
    last, step = current[-1], INDENT * line.size
    if last.italic and line.italic and NUMBERED.match(current[0].text):
        return False  # the second line of a heading hangs below its words
    ended = bool(ENDED.search(last.text)) or last.box.x1 < x1 - 2 * line.size
    if not ended:
        return False
    if line.box.x0 > last.box.x0 + step and last.box.x0 < x0 + step:
        return not LIST_ITEM.match(current[0].text) and line.box.x0 < x0 + 0.3 * (x1 - x0)
    first = current[0]
    hangs = len(current) > 1 and last.box.x0 > first.box.x0 + step
    return hangs and abs(line.box.x0 - first.box.x0) < step / 2


def _follows_short_line(last: Line, line: Line, x0: float, x1: float) -> bool:
    short = last.box.x1 < x1 - SHORT_LINE * (x1 - x0) - line.size
    starts = line.text[:1].isupper() or not line.text[:1].isalpha()
    return short and starts and bool(ENDED.search(last.text))
