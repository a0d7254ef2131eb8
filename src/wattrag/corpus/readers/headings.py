"""Headings: told from running text by outline, numbering, size, weight and well-known names."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from wattrag.corpus.readers.blocks import CAPTION, NUMBERED, Block
from wattrag.corpus.readers.reading import is_reference_heading
from wattrag.corpus.readers.style import Style

MAX_LINES = 4
MAX_BYLINES = 4  # blocks
MAX_CHARACTERS = 180
MIN_NUMBERED = 5  # characters of a heading like `3.3 H.E.S.S.`
BULLETS = "•●○▪■□◦‣\u2043∙·➢►✓*\u2013—-"
TOP_LEVEL = {"abstract", "references", "bibliography", "acknowledgments", "acknowledgements"}
MAX_LEVEL = 6
MARKED = {"title", "section-header"}  # a layout model's classes
FILLED_LINE = 0.8  # of the column's width
TITLE_SIZE = 1.15  # times the size of running text, at least
PLAIN_TITLE_ZONE = 0.2
TITLE_ZONE = 0.65  # of the first page, from its top
KNOWN = {
    "abstract", "introduction", "background", "related work", "method", "methods", "methodology",
    "materials and methods", "results", "discussion", "results and discussion", "evaluation",
    "experiments", "conclusion", "conclusions", "limitations", "future work", "acknowledgment",
    "acknowledgments", "acknowledgement", "acknowledgements", "appendix", "contents", "preface",
    "summary", "executive summary", "author contributions", "funding", "data availability",
}  # fmt: skip
_LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|(?:\s\.){3,}")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_CLOSED = re.compile(r"[,;:]$|[a-z]{2,}\.$")
_NORMAL = re.compile(r"[\W_]+")
_CODE = re.compile(r"[_=*;{}<>|\\]")  # signs of statements, which may be in capitals too
_OPENING = re.compile(r"abstract\b|(?:introduction|summary)\W*$", re.IGNORECASE)

_Look = tuple[int, bool]  # size in half points, weight
Outline = Mapping[str, int]  # normalised title > level


class Heading(NamedTuple):
    """A heading's words and depth: 0 for the document's title, from 1 for sections."""

    title: str
    level: int


def normal(text: str) -> str:
    """A heading without numbering, case, spaces and punctuation, for comparing."""
    return _NORMAL.sub("", _without_number(text)).casefold()


def _without_number(text: str) -> str:
    text = text.strip()
    number = NUMBERED.match(text)
    return text[number.end() :] if number else text


def find_headings(
    blocks: Iterable[Block], style: Style, outline: Outline, page_height: float
) -> dict[int, Heading]:
    """The headings among a document's text blocks, by the blocks' place in `blocks`."""
    listed = list(blocks)
    title = _title(dict(enumerate(listed)), style, page_height)
    front = _front_matter_end(listed)
    chosen = {
        index: block
        for index, block in enumerate(listed)
        if index == title
        or (
            index not in _byline(listed, title)
            and _is_heading(block, style, outline, in_front=index < front)
        )
    }
    return _with_levels(chosen, title, outline)


def marked_headings(
    blocks: Iterable[Block], style: Style, outline: Outline, page_height: float
) -> dict[int, Heading]:
    """The headings among blocks whose `kind` is given: `title`, `section-header`, or outlined."""
    listed = list(blocks)
    front = _front_matter_end(listed)
    chosen = {
        index: block
        for index, block in enumerate(listed)
        if (block.kind in MARKED and _LETTERS.search(block.text))
        or (_can_be_heading(block) and normal(block.text) in outline)
        or (_may_be_missed(block) and _is_heading(block, style, outline, in_front=index < front))
    }
    title = _title(chosen, style, page_height)
    bylines = [
        index
        for index, block in chosen.items()
        if index < front and index != title and not _is_known(block.text) and not _numbered(block)
    ]
    for index in bylines if title is not None else ():
        del chosen[index]
    return _with_levels(chosen, title, outline)


def _numbered(block: Block) -> bool:
    return NUMBERED.match(block.text) is not None


def _may_be_missed(block: Block) -> bool:
    """A block that the model gave no class, or a numbered line that it took for text."""
    is_line = block.kind == "text" and len(block.lines) == 1
    return not block.kind or (is_line and bool(NUMBERED.match(block.text)))


def _with_levels(
    chosen: Mapping[int, Block], title: int | None, outline: Outline
) -> dict[int, Heading]:
    levels = _levels({i: b for i, b in chosen.items() if i != title}, outline)
    return {
        index: Heading(_joined(block), 0 if index == title else levels[index])
        for index, block in chosen.items()
    }


def _joined(block: Block) -> str:
    text = ""
    for line in block.lines:
        broken = text.endswith("-") and line.text[:1].islower()
        text = text[:-1] + line.text if broken else f"{text} {line.text}"
    return text.strip()


def _title(blocks: Mapping[int, Block], style: Style, page_height: float) -> int | None:
    """The largest text in the upper part of the first page."""
    candidates = [
        (round(block.first.size), -index)
        for index, block in blocks.items()
        if block.first.page == 1
        and block.first.box.y0 < TITLE_ZONE * page_height
        and block.first.size > TITLE_SIZE * style.size
        and len(block.lines) <= MAX_LINES + 1
        and len(_LETTERS.findall(block.text)) > 1
        and not NUMBERED.match(block.text)
        and normal(block.text) not in KNOWN
    ]
    if candidates:
        return -max(candidates)[1]
    return 0 if 0 in blocks and _is_plain_title(blocks[0], style, page_height) else None


def _is_plain_title(block: Block, style: Style, page_height: float) -> bool:
    """A title that is no larger than the text: bold, at the very top."""
    return (
        block.first.page == 1
        and block.first.bold
        and not style.bold
        and block.first.box.y0 < PLAIN_TITLE_ZONE * page_height
        and _can_be_heading(block)
        and not NUMBERED.match(block.text)
        and not _is_known(block.text)
        and not _CLOSED.search(block.text)
    )


def _byline(blocks: list[Block], title: int | None) -> range:
    """The lines of authors and institutions under a bold title: not bold, unlike headings."""
    if title is None or not blocks[title].first.bold:
        return range(0)
    end = title + 1
    while end < len(blocks) and end <= title + MAX_BYLINES and _is_byline(blocks[end]):
        end += 1
    return range(title + 1, end)


def _is_byline(block: Block) -> bool:
    return not (block.first.bold or NUMBERED.match(block.text) or _is_known(block.text))


def _front_matter_end(blocks: list[Block]) -> int:
    """Index of the abstract or introduction on the first two pages; 0 if there is none."""
    for index, block in enumerate(blocks):
        if block.first.page > 2:  # noqa: PLR2004
            break
        if _OPENING.match(_without_number(block.first.text)):
            return index
    return 0


def _is_heading(block: Block, style: Style, outline: Outline, *, in_front: bool) -> bool:
    text = block.text
    if not _can_be_heading(block):
        return False
    if normal(text) in outline or (_is_known(text) and _stands_out(block, style)):
        return True
    numbered_bold = bool(NUMBERED.match(text)) and block.first.bold
    if in_front:
        return numbered_bold
    return (numbered_bold or not _CLOSED.search(text)) and _is_set_apart(block, style)


def _can_be_heading(block: Block) -> bool:
    """Short, with words, and no list item, caption, line of contents or address."""
    text = block.text
    if len(block.lines) > MAX_LINES or len(text) > MAX_CHARACTERS or text[0] in BULLETS:
        return False
    if block.is_listing:
        return False
    has_words = _LETTERS.search(text) or (NUMBERED.match(text) and len(text) > MIN_NUMBERED)
    return bool(has_words) and not (CAPTION.match(text) or _LEADERS.search(text) or "@" in text)


def _is_known(text: str) -> bool:
    words = _without_number(text).rstrip(".:").casefold()
    return words in KNOWN or is_reference_heading(text)


def _stands_out(block: Block, style: Style) -> bool:
    line = block.first
    differs = line.bold != style.bold or style.is_larger(line.size) or line.text.isupper()
    return differs or (len(block.lines) == 1 and line.text[:1].isupper())


def _is_set_apart(block: Block, style: Style) -> bool:
    """Whether size, weight, slant or capitals tell the block from running text."""
    line, text = block.first, block.text
    starts = text[:1].isupper() or bool(NUMBERED.match(text)) or not text[:1].isascii()
    if not starts or style.is_smaller(line.size):
        return False
    if style.is_larger(line.size):
        return True
    if line.bold and not style.bold:
        return len(block.lines) < MAX_LINES or bool(NUMBERED.match(text))
    return _is_marked(block)


def _is_marked(block: Block) -> bool:
    """A heading in the size and weight of running text: numbered and slanted, or in capitals."""
    line, text = block.first, block.text
    numbered = NUMBERED.match(text)
    deep = numbered is not None and "." in numbered["number"].strip(".")
    if deep and line.italic:
        return True
    fills = line.box.width > FILLED_LINE * (block.x1 - block.x0)
    if fills or len(block.lines) > 1:
        return False
    if numbered and text[numbered.end() : numbered.end() + 1].isupper():
        return line.italic or text.isupper() or deep
    return text.isupper() and len(_LETTERS.findall(text)) > 1 and not _CODE.search(text)


def _levels(headings: Mapping[int, Block], outline: Outline) -> dict[int, int]:
    """Depths: from the outline, the numbering, or the size shared with headings that have them."""
    levels: dict[int, int] = {}
    by_style: dict[tuple[int, bool], Counter[int]] = defaultdict(Counter)
    for index, block in headings.items():
        name = normal(block.text)
        level = outline.get(name) or _numbered_level(block.text) or int(name in TOP_LEVEL)
        if level:
            levels[index] = min(level, MAX_LEVEL)
            by_style[_look(block)][levels[index]] += 1
    known = {look: counts.most_common(1)[0][0] for look, counts in by_style.items()}
    looks = sorted({_look(block) for block in headings.values()}, reverse=True)
    found = dict(known)
    for look in looks:  # from the largest, so that a look without a level can follow the one above
        if look not in found:
            above = [found[other] for other in looks if other > look and other in found]
            found[look] = min(max(above, default=0) + 1, _deepest(look, known))
    return {i: levels.get(i) or found[_look(block)] for i, block in headings.items()}


def _deepest(look: _Look, known: Mapping[_Look, int]) -> int:
    """How deep a look may be, by the next smaller one that has a level below the first.

    (One of the first level, as `References`, may be set as small as its author likes.)
    """
    below = max(
        (other for other, level in known.items() if other < look and level > 1), default=None
    )
    if below is None:
        return MAX_LEVEL
    return max(known[below] - (below[0] < look[0]), 1)


def _look(block: Block) -> _Look:
    return round(block.first.size * 2), block.first.bold


def _numbered_level(text: str) -> int:
    match = NUMBERED.match(text)
    return match["number"].strip(".").count(".") + 1 if match else 0
