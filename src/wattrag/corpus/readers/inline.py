"""The inside of a Markdown paragraph: its words without markup, line by line, and its images."""

import re
from collections.abc import Iterator

from markdown_it.token import Token

FOOTNOTE = re.compile(r"\[(?P<label>[^\]\s]{1,20})\]:\s*")  # once its `^` is gone
_FOOTNOTE_MARK = re.compile(r"\[\^([^\]\s]{1,20})\](:?)")
_LINE_BREAK = re.compile(r"<(?:br|wbr)\b", re.IGNORECASE)
_RAISED = re.compile(r"<sup\b", re.IGNORECASE)
_LOWERED = re.compile(r"(?<![~\s])~([^\s~]{1,12})~(?!~)")  # Pandoc's H~2~O
_PANDOC_RAISED = re.compile(r"\^([^\s^]{1,12})\^")
_DISPLAY_MATH = re.compile(r"\$\$")


def inline_lines(inline: Token) -> list[list[str]]:
    """The lines of an inline token; a new paragraph begins with each footnote's text."""
    paragraphs: list[list[str]] = [[]]
    for line in _lines(inline):
        if FOOTNOTE.match(line) and paragraphs[-1]:
            paragraphs.append([])
        paragraphs[-1].append(line)
    return paragraphs


def inline_images(inline: Token) -> Iterator[tuple[str, str]]:
    """Caption and source of the images of an inline token."""
    for child in inline.children or ():
        if child.type == "image":
            yield child.content.strip(), str(child.attrs.get("src", ""))


def _lines(inline: Token) -> list[str]:
    lines = [""]
    for child in inline.children or ():
        if child.type == "text":
            lines[-1] += _plain(child.content)
        elif child.type in ("code_inline", "text_special"):
            lines[-1] += child.content
        elif child.type in ("softbreak", "hardbreak") or (
            child.type == "html_inline" and _LINE_BREAK.match(child.content)
        ):
            lines.append("")
        elif child.type == "html_inline" and _RAISED.match(child.content):
            lines[-1] += "^"
    return [" ".join(line.split()) for line in lines]


def _plain(text: str) -> str:
    text = _FOOTNOTE_MARK.sub(r"[\1]\2", _DISPLAY_MATH.sub(" ", text))
    return _PANDOC_RAISED.sub(r"^\1", _LOWERED.sub(r"\1", text))
