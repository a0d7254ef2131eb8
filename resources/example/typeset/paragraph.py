"""Breaking words into lines, with hyphens at line ends and justified spacing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .hyphenate import break_points
from .inline import Word, width_of

_CORE = re.compile(r"^([(\"“]*)([A-Za-z]+)([).,;:\"”]*)$")
_COMPOUND = re.compile(r"(?<=[A-Za-z]{2}-)(?=[A-Za-z]{3})")


@dataclass(frozen=True)
class Line:
    """One line: its words, its indent, and the width of a space after justification."""

    words: tuple[Word, ...]
    indent: float
    space: float

    @property
    def notes(self) -> tuple[str, ...]:
        """Labels of the footnotes marked in this line."""
        return tuple(span.note for word in self.words for span in word if span.note)

    @property
    def width(self) -> float:
        """The set width, without the indent."""
        return sum(map(width_of, self.words)) + self.space * (len(self.words) - 1)


def break_lines(
    words: list[Word],
    width: float,
    *,
    justify: bool = True,
    first: float = 0.0,
    rest: float = 0.0,
) -> list[Line]:
    """Fill lines greedily; `first` and `rest` indent the first and the other lines.

    Justified text is hyphenated, ragged text is not.
    """
    lines: list[Line] = []
    queue = list(words)
    while queue:
        indent = rest if lines else first
        taken, queue = _fill(queue, width - indent, hyphens=justify)
        full = justify and bool(queue)
        lines.append(_set_line(taken, indent, width - indent, justify=full))
    return lines


def _set_line(words: list[Word], indent: float, width: float, *, justify: bool) -> Line:
    space = _space(words[0])
    gaps = len(words) - 1
    if justify and gaps:
        space = (width - sum(map(width_of, words))) / gaps
    return Line(tuple(words), indent, space)


def _fill(queue: list[Word], width: float, *, hyphens: bool) -> tuple[list[Word], list[Word]]:
    """Words for the next line and the words left, splitting the first that does not fit."""
    space = _space(queue[0])
    used = 0.0
    for i, word in enumerate(queue):
        needed = width_of(word) + (space if i else 0.0)
        if used + needed > width + 0.01:
            room = width - used - (space if i else 0.0)
            head, tail = _split(word, room, hyphens=hyphens)
            if head:
                return [*queue[:i], head], [tail, *queue[i + 1 :]]
            cut = max(i, 1)
            return queue[:cut], queue[cut:]
        used += needed
    return queue, []


def _split(word: Word, room: float, *, hyphens: bool) -> tuple[Word, Word]:
    """The longest part of `word` that fits in `room` with its hyphen, and the remainder."""
    best: tuple[Word, Word] = ((), word)
    if len(word) != 1:
        return best
    span = word[0]
    for head, tail in _parts(span.text, hyphens=hyphens):
        if span.style.width(head) <= room:
            best = ((replace(span, text=head),), (replace(span, text=tail),))
    return best


def _parts(text: str, *, hyphens: bool) -> list[tuple[str, str]]:
    """Ways to break `text` in two, from the shortest head to the longest."""
    if "-" in text:
        return [(text[: m.start()], text[m.start() :]) for m in _COMPOUND.finditer(text)]
    core = _CORE.match(text)
    if core is None or not hyphens:
        return []
    offset = len(core[1])
    points = [offset + i for i in break_points(core[2])]
    return [(text[:i] + "-", text[i:]) for i in points]


def _space(word: Word) -> float:
    return word[0].style.width(" ")
