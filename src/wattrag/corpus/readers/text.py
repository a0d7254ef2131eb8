"""The plain text reader.

Blank lines part paragraphs, short lines that look like headings open sections, aligned columns are
tables.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from wattrag.corpus.readers.blocks import ENDED
from wattrag.corpus.readers.grid import table_paragraph
from wattrag.corpus.readers.hyphens import Vocabulary, join_lines
from wattrag.corpus.readers.pagebreaks import without_page_breaks
from wattrag.corpus.readers.reading import Reading, is_reference_heading, paragraph
from wattrag.corpus.tree import Paragraph, Section
from wattrag.datafiles.decoding import decode

MAX_HEADING_CHARACTERS = 90
MIN_TABLE_ROWS = 3
INDENT = 2  # columns that the first line of a paragraph stands in
UNDERLINES = {"=": 1, "-": 2}  # character > level; others are deeper
_UNDERLINE = re.compile(r"\s*([=~^*-])\1{2,}\s*")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2})*|[IVX]{1,5}(?=\.))[.)]?\s+[A-Z]")
_NAMED = re.compile(
    r"(?:appendix|chapter|section|part|annex)\s+(?:[A-Z]|\d{1,2}|[IVX]+)\b", re.IGNORECASE
)
_MARKED = re.compile(r"(#{1,6})\s+\S")
_CLOSED = re.compile(r"[.,;:!?][\"'”)]*(?:\[\d[\d,\u2013-]*\])?$")
_SEPARATOR = re.compile(r"[\s=~^*_#+-]{3,}")
_FIELD = re.compile(r"[A-Z][\w -]{0,20}:\s+\S")
_COLUMN_GAP = re.compile(r"\t+| {2,}")
_ITEM = re.compile(r"\s*(?:[-*•]|\(?\w{1,2}[.)]|\[\d+\])\s+")
_RULE = re.compile(r"[-=+|\s]+")
_CAPTION = re.compile(r"table\s+\w+\s*[.:]", re.IGNORECASE)


def read_text(path: Path) -> Reading:
    """Read a plain text file; its title is the first line, where that stands alone."""
    text = decode(path.read_bytes()).text
    text = without_page_breaks(text.replace("\r\n", "\n").replace("\r", "\n"))
    vocabulary = Vocabulary.of(text)
    drafts = [_Draft("", 0)]
    for lines in _blocks(text):
        _read_block(lines, drafts, vocabulary)
    title = drafts[1].title if len(drafts) > 1 and not drafts[0].paragraphs else _first_line(text)
    sections = tuple(draft.section() for draft in drafts if draft.title or draft.paragraphs)
    return Reading(title, sections)


def _first_line(text: str) -> str | None:
    line = " ".join(text.strip().split("\n", 1)[0].split())
    return line if 0 < len(line) <= MAX_HEADING_CHARACTERS else None


@dataclass
class _Draft:
    title: str
    level: int
    paragraphs: list[Paragraph] = field(default_factory=list)

    def section(self) -> Section:
        metadata = {"level": self.level} if self.level else {}
        return Section(title=self.title, metadata=metadata, paragraphs=tuple(self.paragraphs))


def _blocks(text: str) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip():
            blocks[-1].append(line.rstrip())
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _read_block(lines: list[str], drafts: list[_Draft], vocabulary: Vocabulary) -> None:
    if len(lines) > 2 and _UNDERLINE.fullmatch(lines[0]) and _UNDERLINE.fullmatch(lines[2]):  # noqa: PLR2004
        lines = lines[1:]  # a heading between two lines
    level = _heading_level(lines, is_first=len(drafts) == 1 and not drafts[0].paragraphs)
    if level:
        drafts.append(_Draft(" ".join(lines[0].strip().strip("#").split()), level))
        lines = lines[2:] if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]) else lines[1:]
    if len(lines) == 1 and _SEPARATOR.fullmatch(lines[0]):
        return
    role = {"role": "references"} if is_reference_heading(drafts[-1].title) else {}
    body = drafts[-1].paragraphs
    caption, rows = _table(lines)
    if rows:
        if not caption and body and _is_caption(body[-1]):
            caption = body.pop().text
        body.append(table_paragraph(rows, caption, {}))
        return
    for item in _items(lines):
        joined = join_lines(item, vocabulary)
        if _CAPTION.match(joined) and body and _is_bare_table(body[-1]):
            table = body.pop().metadata
            body.append(table_paragraph(table["grid"], joined, {}, table["header_rows"]))
        elif joined:
            body.append(paragraph(joined, dict(role)))


def _is_caption(node: Paragraph) -> bool:
    return "attachment_type" not in node.metadata and bool(_CAPTION.match(node.text))


def _is_bare_table(node: Paragraph) -> bool:
    return node.metadata.get("attachment_type") == "table" and not node.metadata["caption"]


def _heading_level(lines: list[str], *, is_first: bool) -> int:
    """The level of the heading that a block begins with, 0 if it does not."""
    line = lines[0].strip()
    if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]):
        return UNDERLINES.get(lines[1].strip()[0], 3)
    if marked := _MARKED.match(line):
        return len(marked.group(1))
    if len(lines) > 1 or len(line) > MAX_HEADING_CHARACTERS or _CLOSED.search(line):
        return 0
    if numbered := _NUMBERED.match(line):
        return 1 + numbered.group(1).count(".")
    if _NAMED.match(line):
        return 1
    stands_out = line.isupper() or is_reference_heading(line) or line.istitle() or is_first
    return 1 if stands_out and any(c.isalpha() for c in line) else 0


def _table(lines: list[str]) -> tuple[str, list[list[str]]]:
    """Caption and grid of a block whose lines are columns; ("", []) if they are not."""
    caption = ""
    if lines and _CAPTION.match(lines[0].strip()):
        caption, lines = " ".join(lines[0].split()), lines[1:]
    rows = [
        [cell.strip() for cell in re.split(r"\s*\|\s*", line.strip().strip("|"))]
        if "|" in line
        else _COLUMN_GAP.split(line.strip())
        for line in lines
        if not _RULE.fullmatch(line)
    ]
    if len(rows) < MIN_TABLE_ROWS or len(rows[0]) < 2 or len({len(row) for row in rows}) > 1:  # noqa: PLR2004
        return "", []
    return caption, rows


def _items(lines: list[str]) -> list[list[str]]:
    """The block's list items, fields or paragraphs with an indented first line, or the block."""
    if len(lines) > 1 and all(_FIELD.match(line) for line in lines):
        return [[line.strip()] for line in lines]
    margin = min(map(_indent, lines[1:]), default=0)
    items: list[list[str]] = []
    for line in lines:
        if not items or _ITEM.match(line) or _starts_indented(items[-1], line, margin):
            items.append([])
        items[-1].append(line)
    return [[line.strip() for line in item] for item in items]


def _indent(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())


def _starts_indented(before: list[str], line: str, margin: int) -> bool:
    """Whether an indented line after a sentence's end begins a paragraph, as typewriters do it."""
    if _ITEM.match(before[0]) or _indent(line) < margin + INDENT:
        return False
    return _indent(before[-1]) <= margin + 1 and bool(ENDED.search(before[-1]))
