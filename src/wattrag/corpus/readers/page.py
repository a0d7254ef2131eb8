"""From a PDF library's page to geometry; image bytes are not touched."""

from collections.abc import Iterator
from typing import Any

import pymupdf

from wattrag.corpus.readers.geometry import Box, Drawing, Fragment, PageContent, Word
from wattrag.corpus.readers.glyphs import clean, joined
from wattrag.corpus.readers.images import read_images
from wattrag.corpus.readers.style import is_fixed_pitch
from wattrag.corpus.readers.turning import DIRECTIONS, turned

MAX_FRAGMENTS = 60_000  # more is no page that anyone reads
MAX_DRAWINGS = 20_000
MAX_RULE_HEIGHT, MIN_RULE_WIDTH = 2.6, 30.0  # points
MOSTLY = 0.8  # share of a line's characters that make it bold or italic

_FLAGS = (
    pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES & ~pymupdf.TEXT_PRESERVE_LIGATURES
    | pymupdf.TEXT_COLLECT_VECTORS
)
_ITALIC, _BOLD = 2, 16  # flags of a span
_TEXT_BLOCK, _VECTOR_BLOCK = 0, 3
_SAME_DIRECTION = 0.95  # cosine of the angle between lines that run the same way


def read_page(page: Any, number: int) -> PageContent:
    """Extract a page's geometry, turned so that most of its text runs from left to right."""
    textpage = page.get_textpage(flags=_FLAGS)
    content = textpage.extractDICT()
    texts = [block for block in content["blocks"] if block["type"] == _TEXT_BLOCK]
    vectors = [block for block in content["blocks"] if block["type"] == _VECTOR_BLOCK]
    turn = _turn_needed(texts)
    fragments = list(_fragments(texts, DIRECTIONS[turn], _SAME_DIRECTION))
    if not fragments:  # slanted text is better than none
        fragments = list(_fragments(texts, DIRECTIONS[turn], -1.0))
    drawings = [
        Drawing(Box(*block["bbox"]), block["stroked"], block["isrect"])
        for block in vectors[:MAX_DRAWINGS]
    ]
    width, height = content["width"], content["height"]
    words = _words(textpage) if _may_hold_table(fragments, drawings) else []
    images = read_images(page, width, height)
    sideways = list(_sideways(texts, DIRECTIONS[turn])) if words else []
    read = PageContent(
        number,
        width,
        height,
        fragments,
        drawings,
        images,
        words,
        shown=page.rotation,
        sideways=tuple(sideways),
    )
    return turned(read, turn)


def _turn_needed(blocks: list[dict[str, Any]]) -> int:
    """Degrees clockwise by which most of the text must be turned: 0, 90, 180 or 270."""
    lines = [line for block in blocks for line in block["lines"]]
    counts = dict.fromkeys(DIRECTIONS, 0)
    for line in lines:
        x, y = line["dir"]
        turn = 0 if x > abs(y) else 180 if -x > abs(y) else 90 if y < 0 else 270
        counts[turn] += 1 if turn == 0 else sum(map(_visible_length, line["spans"]))
        if counts[0] > len(lines) / 2:
            return 0
    counts[0] = sum(_visible_length(s) for ln in lines if ln["dir"][0] > 0 for s in ln["spans"])
    return max(counts, key=lambda turn: (counts[turn], -turn))


def _fragments(
    blocks: list[dict[str, Any]], direction: tuple[float, float], least_cosine: float
) -> Iterator[Fragment]:
    """Lines that run in `direction`; stamps along the margin and axis labels do not."""
    across, down = direction
    lines = [line for block in blocks for line in block["lines"]]
    for line in lines[:MAX_FRAGMENTS]:
        x, y = line["dir"]
        if across * x + down * y < least_cosine:
            continue
        spans = line["spans"]
        text = clean(spans[0]["text"] if len(spans) == 1 else joined(spans))
        if text:
            x0, y0, x1, y1 = line["bbox"]
            size, bold, italic, font = _look(spans)
            yield Fragment(text, x0, y0, x1, y1, size, bold, italic, font)


def _sideways(blocks: list[dict[str, Any]], direction: tuple[float, float]) -> Iterator[Fragment]:
    """Lines at right angles to `direction`."""
    x, y = direction
    for across in ((-y, x), (y, -x)):
        yield from _fragments(blocks, across, _SAME_DIRECTION)


def _look(spans: list[dict[str, Any]]) -> tuple[float, bool, bool, str]:
    """Size and font of most of a line; whether most characters are bold, and italic.

    A line has a typewriter face only if nearly all of it has: code is named in prose, too.
    """
    if len(spans) == 1:
        (span,) = spans
        flags = span["flags"]
        return span["size"], flags & _BOLD != 0, flags & _ITALIC != 0, span["font"]
    lengths = [_visible_length(span) for span in spans]
    total = bold = italic = plain = 0
    for span, length in zip(spans, lengths, strict=True):
        total += length
        bold += length if span["flags"] & _BOLD else 0
        italic += length if span["flags"] & _ITALIC else 0
        plain += 0 if is_fixed_pitch(span["font"]) else length
    is_prose = plain > (1 - MOSTLY) * total
    shares: dict[tuple[float, str], int] = {}
    for span, length in zip(spans, lengths, strict=True):
        if not (is_prose and is_fixed_pitch(span["font"])):
            look = span["size"], span["font"]
            shares[look] = shares.get(look, 0) + length
    size, font = max(shares, key=lambda look: shares[look])
    return size, bold > MOSTLY * total, italic > MOSTLY * total, font


def _visible_length(span: dict[str, Any]) -> int:
    return len(span["text"].strip())


def _may_hold_table(fragments: list[Fragment], drawings: list[Drawing]) -> bool:
    """A caption, or two rules: without either, cells stand well apart or are not a table."""
    rules = sum(
        min(d.box.height, d.box.width) < MAX_RULE_HEIGHT
        and max(d.box.height, d.box.width) > MIN_RULE_WIDTH
        for d in drawings
    )
    return rules > 1 or any(f.text[:5].casefold() == "table" for f in fragments)


def _words(textpage: Any) -> list[Word]:
    return [Word(*word[:4]) for word in textpage.extractWORDS()[:MAX_FRAGMENTS]]
