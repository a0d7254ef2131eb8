"""The Markdown reader: CommonMark with GitHub's tables; headings open sections."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from wattrag.corpus.readers.grid import table_paragraph
from wattrag.corpus.readers.html import HtmlImage, HtmlTable, html_pieces
from wattrag.corpus.readers.hyphens import Vocabulary, join_lines
from wattrag.corpus.readers.inline import FOOTNOTE, inline_images, inline_lines
from wattrag.corpus.readers.reading import Reading, is_reference_heading, paragraph
from wattrag.corpus.tree import Metadata, Paragraph, Section
from wattrag.datafiles.decoding import decode

# Between lines of dashes (YAML) or plus signs (TOML); a rule at the top is none of it.
_FRONT_MATTER = re.compile(
    r"\A(?:---\n(?=\s*[\w-]+\s*:|---)(.*?\n)?(?:---|\.\.\.)|\+\+\+\n(.*?\n)?\+\+\+)[ \t]*(?:\n|\Z)",
    re.DOTALL,
)
_FRONT_TITLE = re.compile(r"^title\s*[:=]\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_CAPTION = re.compile(r"(?:table|tab\.)\s*\w+\s*[.:]", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"\s*\{[#.:][^{}]*\}\s*$")  # of a heading, as Pandoc and Kramdown write
_TASK = re.compile(r"\[[ xX]\]\s+")


def read_markdown(path: Path) -> Reading:
    """Read a Markdown file; its title is the front matter's, or that of a single top heading."""
    text = decode(path.read_bytes()).text.replace("\r\n", "\n").replace("\r", "\n")
    front = _FRONT_MATTER.match(text)
    body = text[front.end() if front else 0 :]
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    outline = _Outline(Vocabulary.of(body))
    _walk(parser.parse(body), outline)
    title = _FRONT_TITLE.search(front.group()) if front else None
    return Reading(title.group(1) if title else outline.top_title(), outline.sections())


@dataclass
class _Outline:
    """Sections under construction."""

    vocabulary: Vocabulary
    titles: list[tuple[str, int]] = field(default_factory=lambda: [("", 0)])
    bodies: list[list[Paragraph]] = field(default_factory=lambda: [[]])
    references_level: int | None = None

    def open(self, title: str, level: int) -> None:
        title = _ATTRIBUTES.sub("", title)
        if self.references_level is not None and level <= self.references_level:
            self.references_level = None
        if is_reference_heading(title):
            self.references_level = level
        self.titles.append((title, level))
        self.bodies.append([])

    def add(self, lines: Sequence[str], marker: str = "") -> None:
        """A paragraph from its lines, or the caption of the table above it."""
        text = marker + _TASK.sub("", join_lines(lines, self.vocabulary), count=1)
        body = self.bodies[-1]
        if not text.strip():
            return
        if _CAPTION.match(text) and body and _is_bare_table(body[-1]):
            table = body.pop().metadata
            body.append(table_paragraph(table["grid"], text, {}, table["header_rows"]))
        elif self.references_level is None and (note := FOOTNOTE.match(text)):
            text = f"{note['label']} {text[note.end() :]}"
            body.append(paragraph(text, {"role": "footnote"}))
        else:
            role: Metadata = {} if self.references_level is None else {"role": "references"}
            body.append(paragraph(text, role))

    def add_table(self, grid: list[list[str]], caption: str = "") -> None:
        if not grid:
            return
        body = self.bodies[-1]
        if not caption and body and _CAPTION.match(body[-1].text) and _is_text(body[-1]):
            caption = body.pop().text
        body.append(table_paragraph(grid, caption, {}, header_rows=1))

    def add_image(self, caption: str, source: str) -> None:
        place: Metadata = {"caption": caption, "image_name": source[:200]}
        self.bodies[-1].append(
            paragraph(caption or f"Figure {source}", {"attachment_type": "image", **place})
        )

    def top_title(self) -> str | None:
        tops = [title for title, level in self.titles if level == 1]
        return tops[0] if len(tops) == 1 else None

    def sections(self) -> tuple[Section, ...]:
        return tuple(
            Section(title=title, metadata={"level": level} if level else {}, paragraphs=tuple(body))
            for (title, level), body in zip(self.titles, self.bodies, strict=True)
            if title or body
        )


def _is_text(node: Paragraph) -> bool:
    return "attachment_type" not in node.metadata


def _is_bare_table(node: Paragraph) -> bool:
    return node.metadata.get("attachment_type") == "table" and not node.metadata["caption"]


def _walk(tokens: list[Token], outline: _Outline) -> None:
    stream = _with_whole_html(tokens)
    marker = ""
    for token in stream:
        if token.type == "heading_open":
            heading = " ".join(line for lines in inline_lines(next(stream)) for line in lines)
            outline.open(heading, int(token.tag[1]))
        elif token.type == "table_open":
            outline.add_table(_grid(stream))
        elif token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "inline":
            for image in inline_images(token):
                outline.add_image(*image)
            for lines in inline_lines(token):
                outline.add(lines, marker if any(lines) else "")
                marker = ""
        elif token.type in ("fence", "code_block"):
            outline.add([" ".join(token.content.split())])
        elif token.type == "html_block":
            _add_html(token.content, outline)


def _with_whole_html(tokens: list[Token]) -> Iterator[Token]:
    """The tokens, HTML blocks in a row as one: a blank line parts a table into several."""
    for is_html, run in groupby(tokens, key=lambda token: token.type == "html_block"):
        if is_html:
            yield Token("html_block", "", 0, content="".join(token.content for token in run))
        else:
            yield from run


def _add_html(html: str, outline: _Outline) -> None:
    for piece in html_pieces(html):
        if isinstance(piece, HtmlTable):
            outline.add_table(piece.grid(), piece.caption)
        elif isinstance(piece, HtmlImage):
            outline.add_image(*piece)
        else:
            outline.add([piece])


def _grid(stream: Iterator[Token]) -> list[list[str]]:
    rows: list[list[str]] = []
    for token in stream:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(" ".join(line for lines in inline_lines(token) for line in lines))
    return rows
