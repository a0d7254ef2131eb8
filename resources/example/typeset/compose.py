"""From parsed blocks to boxes: every kind of block set in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .boxes import Box, Group, centred, text_boxes
from .canvas import Canvas, Picture
from .figures import draw_figure
from .fonts import Style
from .inline import parse_words
from .paragraph import Line, break_lines
from .source import Block, Source
from .tables import table_box

_UNNUMBERED = ("Acknowledgements", "Appendix", "References")


class Composer:
    """Sets the blocks of one document; counts its sections, tables and figures."""

    def __init__(self, source: Source, width: float) -> None:
        """Compose `source` for columns of `width` points."""
        self.front = source.front
        self.width = width
        self.style = Style(source.front.family, source.front.size)
        self.marks = {label: str(i) for i, label in enumerate(source.notes, 1)}
        self._notes = source.notes
        self._counts = {"Table": 0, "Figure": 0}
        self._section = [0, 0, 0]

    def groups(self, blocks: tuple[Block, ...]) -> Iterator[Group]:
        """The boxes of all blocks; floats stand alone, runs of text between them together."""
        run: list[Box] = []
        after_heading = True
        for block in blocks:
            if block.kind in ("table", "figure"):
                if not (run and run[-1].keep):
                    yield Group(tuple(run))
                    run = []
                yield self._float(block)
            else:
                run.extend(self._text(block, after_heading=after_heading))
                after_heading = block.kind == "heading"
        yield Group(tuple(run))

    def note_lines(self, label: str) -> list[Line]:
        """The lines of a footnote."""
        style = self.style.sized(0.8)
        text = f"^{self.marks[label]}^ {self._notes[label]}"
        return break_lines(parse_words(text, style, {}), self.width)

    def plain(self, text: str, style: Style, width: float, *, centre: bool) -> list[Box]:
        """Unindented lines of about equal length, for the title block."""
        words = parse_words(text, style, {})
        lines = break_lines(words, width, justify=False)
        narrow = 0.95 * width
        while len(closer := break_lines(words, narrow, justify=False)) == len(lines) > 1:
            lines, narrow = closer, 0.95 * narrow
        lines = [centred(line, width) for line in lines] if centre else lines
        return text_boxes(lines, style.size, 0.0, together=True)

    def _text(self, block: Block, *, after_heading: bool) -> list[Box]:
        style, size = self.style, self.style.size
        if block.kind == "heading":
            return self._heading(block)
        if block.kind == "bullet":
            words = parse_words(f"• {block.text}", style, self.marks)
            lines = break_lines(words, self.width, first=0.6 * size, rest=1.4 * size)
            return text_boxes(lines, size, 0.25 * size, together=False)
        if block.kind == "reference":
            small = style.sized(0.9)
            lines = break_lines(parse_words(block.text, small, {}), self.width, rest=1.6 * size)
            return text_boxes(lines, small.size, 0.2 * size, together=len(lines) < 4)
        indent = 1.2 * size if self.front.indent and not after_heading else 0.0
        lines = break_lines(parse_words(block.text, style, self.marks), self.width, first=indent)
        return text_boxes(lines, size, 0.1 if self.front.indent else 0.6 * size, together=False)

    def _heading(self, block: Block) -> list[Box]:
        factor = {1: 1.2, 2: 1.05, 3: 1.0}[block.level]
        style = replace(self.style.sized(factor), bold=True, italic=block.level == 3)
        words = parse_words(self._number(block) + block.text, style, {})
        lines = break_lines(words, self.width, justify=False)
        boxes = text_boxes(
            lines, style.size, {1: 1.1, 2: 0.8, 3: 0.6}[block.level] * style.size, together=True
        )
        return [replace(box, height=box.height + 0.12 * style.size, keep=True) for box in boxes]

    def _number(self, block: Block) -> str:
        if not self.front.numbered or block.text.startswith(_UNNUMBERED):
            return ""
        depth = block.level
        self._section[depth - 1] += 1
        self._section[depth:] = [0] * (3 - depth)
        return ".".join(map(str, self._section[:depth])) + ("." if depth == 1 else "") + " "

    def _float(self, block: Block) -> Group:
        """A table under its caption, or a figure above it, with space around both."""
        kind = "Table" if block.kind == "table" else "Figure"
        self._counts[kind] += 1
        caption = self._caption(f"**{kind} {self._counts[kind]}.** {block.data['caption']}")
        if kind == "Table":
            body = [replace(table_box(block.data, self.style, self.width), before=3.0)]
            boxes = [*caption, *body]
        else:
            caption[0] = replace(caption[0], before=3.0)
            boxes = [self._figure(block), *caption]
        size = self.style.size
        boxes[0] = replace(boxes[0], before=0.8 * size)
        boxes[-1] = replace(boxes[-1], height=boxes[-1].height + 0.8 * size)
        return Group(tuple(boxes), floating=True)

    def _caption(self, text: str) -> list[Box]:
        small = self.style.sized(0.9)
        lines = break_lines(parse_words(text, small, {}), self.width)
        return text_boxes(lines, small.size, 0.0, together=True)

    def _figure(self, block: Block) -> Box:
        width = self.width * float(block.data.get("width", 1.0))
        height = float(block.data.get("height", 150.0))
        picture: Picture = draw_figure(block.data, width, height)
        left = (self.width - width) / 2

        def draw(canvas: Canvas, x: float, y: float) -> None:
            canvas.picture(x + left, y, width, height, picture)

        return Box(height, draw)
