"""Visual lines: fragments that share a baseline, from left to right."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wattrag.corpus.readers.geometry import Box, Fragment

SAME_LINE_OVERLAP = 0.5  # of the lower fragment's height
JOINED_GAP = 0.12  # em; narrower gaps are within a word
NUMBER_GAP = 2.2  # em between a number and its words, at most
_NUMBER = re.compile(
    r"\d{1,2}(?:\.\d{1,2}){0,4}\.?|[\[(]?(?:\d{1,3}|[a-z])[\])]|[A-Z]\.?\d*|[•▪■◦‣∙·*-]"
)
_RIGHT_TO_LEFT = {"R", "AL"}


class Line(NamedTuple):
    """A line of text in one column."""

    text: str
    box: Box
    size: float
    bold: bool
    italic: bool
    font: str
    page: int


def rows_of(fragments: Iterable[Fragment]) -> list[list[Fragment]]:
    """Fragments grouped into rows from top to bottom, each row from left to right."""
    rows: list[list[Fragment]] = []
    top = bottom = size = 0.0
    for fragment in sorted(fragments, key=lambda f: (f.y0 + f.y1, f.x0)):
        overlap = min(bottom, fragment.y1) - max(top, fragment.y0)
        lower = min(bottom - top, fragment.y1 - fragment.y0)
        is_same = bool(rows) and overlap > SAME_LINE_OVERLAP * lower
        if is_same:
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
        if not is_same or fragment.size > size:  # the largest text of a row sets its height
            top, bottom, size = fragment.y0, fragment.y1, fragment.size
    for row in rows:
        row.sort(key=lambda f: f.x0)
    return rows


def join_numbers(fragments: Sequence[Fragment]) -> list[Fragment]:
    """Fragments with the number of a heading, note or list item put before its words.

    A number that stands apart from its words would else look like a column of its own.
    """
    joined: list[Fragment] = []
    for row in rows_of(fragments):
        for fragment in row:
            last = joined[-1] if joined and fragment is not row[0] else None
            if last is not None and _is_number_of(last, fragment):
                joined[-1] = fragment._replace(
                    text=f"{last.text} {fragment.text}",
                    x0=last.x0,
                    y0=min(last.y0, fragment.y0),
                    y1=max(last.y1, fragment.y1),
                )
            else:
                joined.append(fragment)
    return joined


def _is_number_of(number: Fragment, words: Fragment) -> bool:
    return (
        _NUMBER.fullmatch(number.text) is not None
        and -0.5 * words.size < words.x0 - number.x1 < NUMBER_GAP * words.size
        and abs(number.y1 - words.y1) < 0.2 * words.size
        and number.bold == words.bold
    )


def line_of(row: Sequence[Fragment], page: int) -> Line:
    """One line from the fragments of a row."""
    main = row[0] if len(row) == 1 else max(row, key=lambda f: len(f.text))
    box = Box(
        min(f.x0 for f in row),
        min(f.y0 for f in row),
        max(f.x1 for f in row),
        max(f.y1 for f in row),
    )
    bold = all(f.bold for f in row if any(c.isalpha() for c in f.text)) and main.bold
    return Line(_text(row), box, main.size, bold, main.italic, main.font, page)


def _text(row: Sequence[Fragment]) -> str:
    if len(row) == 1:
        return row[0].text
    if _is_right_to_left(row):
        row = row[::-1]
        return " ".join(f.text for f in row)
    text = row[0].text
    for before, after in itertools.pairwise(row):
        gap = after.x0 - before.x1
        text += after.text if gap < JOINED_GAP * after.size else f" {after.text}"
    return text


def _is_right_to_left(row: Sequence[Fragment]) -> bool:
    if all(f.text.isascii() for f in row):
        return False
    sample = "".join(f.text for f in row)[:200]
    directions = [unicodedata.bidirectional(c) for c in sample]
    return sum(d in _RIGHT_TO_LEFT for d in directions) > sum(d == "L" for d in directions)
