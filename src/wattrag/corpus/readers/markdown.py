"""The Markdown reader: CommonMark with tables; headings open sections."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from wattrag.corpus.readers.grid import table_paragraph
from wattrag.corpus.readers.reading import Reading, is_reference_heading, paragraph
from wattrag.corpus.tree import Metadata, Paragraph, Section
from wattrag.datafiles.decoding import decode

_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)?(?:---|\.\.\.)\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_CAPTION = re.compile(r"(?:table|tab\.)\s*\w+\s*[.:]", re.IGNORECASE)


def read_markdown(path: Path) -> Reading:
    """Read a Markdown file; its title is the front matter's, or that of a single top heading."""
    text = decode(path.read_bytes()).text.replace("\r\n", "\n").replace("\r", "\n")
    front = _FRONT_MATTER.match(text)
    outline = _Outline()
    tokens = MarkdownIt("commonmark").enable("table").parse(text[front.end() if front else 0 :])
    _walk(tokens, outline)
    title = _FRONT_TITLE.search(front.group()) if front else None
    return Reading(title.group(1) if title else outline.top_title(), outline.sections())


@dataclass
class _Outline:
    """Sections under construction."""

    titles: list[tuple[str, int]] = field(default_factory=lambda: [("", 0)])
    bodies: list[list[Paragraph]] = field(default_factory=lambda: [[]])
    references_level: int | None = None

    def open(self, title: str, level: int) -> None:
        if self.references_level is not None and level <= self.references_level:
            self.references_level = None
        if is_reference_heading(title):
            self.references_level = level
        self.titles.append((title, level))
        self.bodies.append([])

    def add(self, text: str, **metadata: str) -> None:
        text = " ".join(text.split())
        if text:
            self.bodies[-1].append(paragraph(text, {**self.role(), **metadata}))

    def add_table(self, grid: list[list[str]]) -> None:
        body = self.bodies[-1]
        caption = ""
        if body and _CAPTION.match(body[-1].text):
            caption = body.pop().text
        body.append(table_paragraph(grid, caption, {}, header_rows=1))

    def role(self) -> Metadata:
        return {} if self.references_level is None else {"role": "references"}

    def top_title(self) -> str | None:
        tops = [title for title, level in self.titles if level == 1]
        return tops[0] if len(tops) == 1 else None

    def sections(self) -> tuple[Section, ...]:
        return tuple(
            Section(title=title, metadata={"level": level} if level else {}, paragraphs=tuple(body))
            for (title, level), body in zip(self.titles, self.bodies, strict=True)
            if title or body
        )


def _walk(tokens: list[Token], outline: _Outline) -> None:
    stream = iter(tokens)
    marker = ""
    for token in stream:
        if token.type == "heading_open":
            outline.open(_plain(next(stream)), int(token.tag[1]))
        elif token.type == "table_open":
            outline.add_table(_grid(stream))
        elif token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "inline":
            for image in _images(token):
                outline.bodies[-1].append(image)
            outline.add(marker + _plain(token) if _plain(token) else "")
            marker = ""
        elif token.type in ("fence", "code_block"):
            outline.add(token.content)
        elif token.type == "html_block":
            outline.add(_TAG.sub(" ", token.content))


def _grid(stream: Iterator[Token]) -> list[list[str]]:
    rows: list[list[str]] = []
    for token in stream:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_plain(token))
    return rows


def _plain(inline: Token) -> str:
    """The text of an inline token without its markup."""
    parts = []
    for child in inline.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return "".join(parts).strip()


def _images(inline: Token) -> Iterator[Paragraph]:
    for child in inline.children or ():
        if child.type == "image":
            caption = child.content.strip()
            source = str(child.attrs.get("src", ""))
            yield paragraph(
                caption or f"Figure {source}",
                {"attachment_type": "image", "caption": caption, "image_name": source[:200]},
            )
