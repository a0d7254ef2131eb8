"""A document from its blocks: sections under headings, joined paragraphs, captioned floats."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from wattrag.corpus.readers.blocks import Block, Float
from wattrag.corpus.readers.grid import table_paragraph
from wattrag.corpus.readers.headings import Heading
from wattrag.corpus.readers.hyphens import Vocabulary
from wattrag.corpus.readers.paragraphs import (
    Role,
    continues,
    listing_paragraph,
    role_of,
    text_paragraph,
)
from wattrag.corpus.readers.reading import is_reference_heading
from wattrag.corpus.readers.style import Style
from wattrag.corpus.tree import Metadata, Paragraph, Section, Sentence

CAPTION_DISTANCE = 90.0  # points between a float and its caption
OTHER_KIND = 55.0  # points added for a table's caption at a figure, or the reverse
MIN_ENTRIES = 0.4  # of a reference section's paragraphs
_ENTRY = re.compile(
    r"[\[(]?\d{1,3}[\]).]?\s+\S.{12}"  # a number and what it stands for
    r"|[^\W\d_][^:]{0,400}(?:\b(?:19|20)\d\d|doi|arXiv|https?:|\bpp?\.)",  # names and a year
    re.DOTALL,
)
LOOK_BACK = 12  # items between the parts of one paragraph, at most
Piece = Block | Float


class _Setting(NamedTuple):
    style: Style
    vocabulary: Vocabulary
    page_height: float


@dataclass
class _Draft:
    """A section under construction: texts are lists of blocks until the next heading."""

    heading: Heading | None
    page: int
    y: float = 0.0
    items: list[tuple[Role, list[Block]] | Float] = field(default_factory=list)


def assemble(
    pieces: Sequence[Piece], headings: dict[int, Heading], style: Style, page_height: float
) -> tuple[Section, ...]:
    """Sections in reading order.

    Args:
        pieces: blocks and floats of the whole document in reading order.
        headings: which of the blocks (counted without the floats) are headings.
        style: the document's running text.
        page_height: of its first page, in points.
    """
    vocabulary = Vocabulary.of(
        "\n".join(line.text for p in pieces if isinstance(p, Block) for line in p.lines)
    )
    setting = _Setting(style, vocabulary, page_height)
    drafts = _drafts(pieces, headings, setting)
    sections: list[Section] = []
    references: int | None = None  # level of the heading that opened the references
    for draft in drafts:
        level = draft.heading.level if draft.heading else 0
        title = draft.heading.title if draft.heading else ""
        if is_reference_heading(title):
            references = level
        elif references is not None and level <= references:
            references = None
        is_reference = references is not None and _lists_references(draft)
        paragraphs = _paragraphs(draft, setting, is_reference=is_reference)
        if draft.heading or paragraphs:
            metadata: Metadata = {"page": draft.page, **({"level": level} if draft.heading else {})}
            sections.append(Section(title=title, metadata=metadata, paragraphs=paragraphs))
    return tuple(sections)


def _drafts(
    pieces: Sequence[Piece], headings: dict[int, Heading], setting: _Setting
) -> list[_Draft]:
    drafts = [_Draft(None, 1)]
    counter = 0
    for piece in pieces:
        if isinstance(piece, Float):
            drafts[-1].items.append(piece)
            continue
        heading = headings.get(counter)
        counter += 1
        if heading:
            drafts.append(_Draft(heading, piece.first.page, piece.first.box.y0))
        else:
            _add(drafts[-1], piece, setting)
    return drafts


def _add(draft: _Draft, block: Block, setting: _Setting) -> None:
    """Put a block into the section: as a new item, or as more of a text that was broken off."""
    role = role_of(block, setting.style, setting.page_height)
    if role is Role.TEXT:
        for item in reversed(draft.items[-LOOK_BACK:]):
            if isinstance(item, Float) or item[0] is not Role.TEXT:
                continue
            before = item[1][-1]
            if before.last.size < 0.94 * block.first.size:  # a note at the foot of the column
                continue
            apart = (before.x0, before.first.page) != (block.x0, block.first.page)
            crossed = item is not draft.items[-1]
            if (apart or crossed) and continues(before, block):
                item[1].append(block)
                return
            break
    draft.items.append((role, [block]))


def _paragraphs(draft: _Draft, setting: _Setting, *, is_reference: bool) -> tuple[Paragraph, ...]:
    floats = [item for item in draft.items if isinstance(item, Float)]
    captions = [block for item in draft.items for block in _captions(item)]
    pairs = _pairs(floats, captions)
    taken = {id(c) for f, c in pairs.values() if f.kind == "table"}
    paragraphs = []
    for item in draft.items:
        if isinstance(item, Float):
            caption = pairs[id(item)][1] if id(item) in pairs else None
            paragraphs.append(_float_paragraph(item, caption, setting))
            continue
        role, blocks = item
        if id(blocks[0]) in taken:
            continue
        if role is Role.LISTING:
            paragraphs += [listing_paragraph(block) for block in blocks]
            continue
        paragraphs.append(
            text_paragraph(blocks, _role_name(role, is_reference=is_reference), setting.vocabulary)
        )
    return tuple(p for p in paragraphs if p.text)


def _lists_references(draft: _Draft) -> bool:
    """Whether a section holds references, not advice on how to write them."""
    texts = [item[1][0].text for item in draft.items if not isinstance(item, Float)]
    entries = sum(bool(_ENTRY.match(text)) for text in texts)
    return entries >= MIN_ENTRIES * len(texts)


def _role_name(role: Role, *, is_reference: bool) -> str | None:
    """The role in the metadata; small numbered text among references is one of them."""
    if is_reference and role is not Role.CAPTION:
        return "references"
    return None if role is Role.TEXT else role.value


def _captions(item: tuple[Role, list[Block]] | Float) -> list[Block]:
    return [] if isinstance(item, Float) or item[0] is not Role.CAPTION else item[1][:1]


def _pairs(floats: list[Float], captions: list[Block]) -> dict[int, tuple[Float, Block]]:
    """Each float with the nearest free caption of its kind, nearest pairs first."""
    distances = sorted(
        (_distance(float_, caption), i, j)
        for i, float_ in enumerate(floats)
        for j, caption in enumerate(captions)
        if caption.first.page == float_.page
    )
    pairs: dict[int, tuple[Float, Block]] = {}
    used: set[int] = set()
    for distance, i, j in distances:
        if distance < CAPTION_DISTANCE and id(floats[i]) not in pairs and j not in used:
            pairs[id(floats[i])] = (floats[i], captions[j])
            used.add(j)
    return pairs


def _is_of_kind(caption: Block, kind: str) -> bool:
    names_table = caption.text[:3].casefold() == "tab"
    return names_table == (kind == "table") or (kind == "table" and _names_exhibit(caption))


def _names_exhibit(caption: Block) -> bool:
    return caption.text.casefold().startswith(("exhibit", "box"))


def _distance(float_: Float, caption: Block) -> float:
    """Vertical space between them, more if they are not above one another or of another kind."""
    top, bottom = caption.first.box.y0, caption.last.box.y1
    left, right = caption.first.box.x0, max(line.box.x1 for line in caption.lines)
    beside = left > float_.box.x1 or right < float_.box.x0
    space = max(top - float_.box.y1, float_.box.y0 - bottom, 0.0)
    other_kind = 0.0 if _is_of_kind(caption, float_.kind) else OTHER_KIND
    return space + other_kind + (CAPTION_DISTANCE if beside else 0.0)


def _float_paragraph(item: Float, caption: Block | None, setting: _Setting) -> Paragraph:
    place: Metadata = {"page": item.page, "bbox": item.box.rounded()}
    text = text_paragraph([caption], None, setting.vocabulary).text if caption else ""
    if item.kind == "table":
        return table_paragraph(item.grid, text, place, item.header_rows)
    if item.kind == "page":
        return _placeholder(
            f"Page {item.page} has no text layer.",
            {**place, "attachment_type": "image", "scanned": True},
        )
    labels = f" (labels: {', '.join(item.labels)})" if item.labels else ""
    return _placeholder(
        (text or f"Figure on page {item.page}.") + labels,
        {**place, "attachment_type": "image", "caption": text, "labels": list(item.labels)},
    )


def _placeholder(text: str, metadata: Metadata) -> Paragraph:
    place = {"page": metadata["page"], "bbox": metadata["bbox"]}
    return Paragraph(text=text, metadata=metadata, sentences=(Sentence(text=text, metadata=place),))
