"""Blocks into paragraphs: joined across columns and pages, with the place of each sentence."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from enum import Enum
from operator import attrgetter
from typing import NamedTuple

from wattrag.corpus.readers.blocks import CAPTION, ENDED, LIST_ITEM, Block
from wattrag.corpus.readers.hyphens import SOFT_HYPHEN, Vocabulary, append_line
from wattrag.corpus.readers.lines import Line
from wattrag.corpus.readers.sentences import sentence_spans
from wattrag.corpus.readers.style import Style
from wattrag.corpus.tree import Metadata, Paragraph, Sentence

FOOTNOTE_ZONE = 0.25  # of the page's height, from its top: notes stand below
_NOTE_MARK = re.compile(r"(?:\[?\d{1,2}\]?\s?(?=[^\W\d_]|https?:)|[*†‡§¶‖]|\^\d)")

_LEADERS = re.compile(r"(?:\s?\.){5,}\s?")  # the dots of a list of contents


class Role(Enum):
    """What a block of text is."""

    TEXT = "text"
    CAPTION = "caption"
    FOOTNOTE = "footnote"
    LISTING = "listing"


def role_of(block: Block, style: Style, page_height: float) -> Role:
    """Caption, footnote, program text or running text."""
    if block.kind == Role.FOOTNOTE.value:
        return Role.FOOTNOTE
    if block.kind == Role.CAPTION.value and not _is_mention(block):
        return Role.CAPTION
    if CAPTION.match(block.text) and not _is_mention(block):
        return Role.CAPTION
    low = block.first.box.y0 > FOOTNOTE_ZONE * page_height
    if low and style.is_smaller(block.first.size) and _NOTE_MARK.match(block.text):
        return Role.FOOTNOTE
    return Role.LISTING if block.is_listing and len(block.lines) > 1 else Role.TEXT


def _is_mention(block: Block) -> bool:
    """`Figure 3 shows …` at the start of a paragraph."""
    match = CAPTION.match(block.text)
    rest = block.text[match.end("number") :] if match else ""
    return bool(re.match(r"\s+[a-z]", rest)) or (
        bool(re.match(r"[\s,;)]", rest)) and not re.match(r"\s+[A-Z]", rest) and bool(rest.strip())
    )


def continues(before: Block, after: Block) -> bool:
    """Whether `after`, in the next column or page, goes on with the paragraph of `before`."""
    last, first = before.last, after.first
    if abs(last.size - first.size) > 0.06 * last.size or last.bold != first.bold:
        return False
    if LIST_ITEM.match(first.text) or before.is_listing != after.is_listing:
        return False
    if last.text[-1:] in "-\u2010" + SOFT_HYPHEN:
        return True
    if first.text[:1].islower():
        return not ENDED.search(last.text) or last.text[-1] in ";,"
    fills = last.box.x1 > before.x1 - 2 * last.size
    return fills and not ENDED.search(last.text) and not after.starts_indented


def text_paragraph(blocks: Sequence[Block], role: str | None, vocabulary: Vocabulary) -> Paragraph:
    """A paragraph from the blocks it runs through.

    Its box is that of its first part; further parts, in other columns or on other pages, are in
    `metadata.continued`.
    """
    text, places = _text_and_places(blocks, vocabulary)
    metadata = _place(places, 0, len(text))
    if role:
        metadata["role"] = role
    sentences = tuple(
        Sentence(text=text[start:end], metadata=_place(places, start, end))
        for start, end in sentence_spans(text)
    )
    return Paragraph(text=text, metadata=metadata, sentences=sentences)


_start = attrgetter("start")


def listing_paragraph(block: Block) -> Paragraph:
    """Program text: line breaks and indentation are kept, and it is not cut into sentences."""
    left = min(line.box.x0 for line in block.lines)
    width = min(line.box.width / len(line.text) for line in block.lines)  # of a character
    lines = [
        " " * round((line.box.x0 - left) / max(width, 1.0)) + line.text for line in block.lines
    ]
    box = block.first.box
    for line in block.lines:
        box = box.union(line.box)
    place: Metadata = {"page": block.first.page, "bbox": box.rounded()}
    text = "\n".join(lines)
    role = Role.LISTING.value
    sentence = Sentence(text=text, metadata=place)
    return Paragraph(text=text, metadata={**place, "role": role}, sentences=(sentence,))


class _Place(NamedTuple):
    """Where the text from `start` on stands; `part` numbers the block."""

    start: int
    part: int
    line: Line


def _text_and_places(blocks: Sequence[Block], vocabulary: Vocabulary) -> tuple[str, list[_Place]]:
    text = ""
    places: list[_Place] = []
    for part, block in enumerate(blocks):
        for line in block.lines:
            words = _LEADERS.sub(" … ", line.text).strip()
            text = append_line(text, words, vocabulary)
            places.append(_Place(max(len(text) - len(words), 0), part, line))
    if SOFT_HYPHEN in text:
        kept = [text[: place.start].replace(SOFT_HYPHEN, "") for place in places]
        places = [p._replace(start=len(k)) for p, k in zip(places, kept, strict=True)]
        text = text.replace(SOFT_HYPHEN, "")
    return text, places


def _place(places: Sequence[_Place], start: int, end: int) -> Metadata:
    """Page and box of the characters from `start` to `end`, by the lines they are on."""
    first = max(bisect_right(places, start, key=_start) - 1, 0)
    last = bisect_left(places, end, key=_start)
    parts: dict[int, list[Line]] = {}
    for place in places[first : max(last, first + 1)]:
        parts.setdefault(place.part, []).append(place.line)
    boxes = []
    for lines in parts.values():
        box = lines[0].box
        for line in lines[1:]:
            box = box.union(line.box)
        boxes.append({"page": lines[0].page, "bbox": box.rounded()})
    metadata: Metadata = dict(boxes[0])
    if len(boxes) > 1:
        metadata["continued"] = boxes[1:]
    return metadata
