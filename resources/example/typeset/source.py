"""Reading a document's source: YAML front matter, then a light Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

BlockKind = Literal["heading", "paragraph", "bullet", "reference", "table", "figure"]

_FENCE = re.compile(r"^```(table|figure)\s*$")
_HEADING = re.compile(r"^(#{1,3})\s+(.*)$")
_NOTE = re.compile(r"^\[\^(\w+)\]:\s+(.*)$")
_REFERENCE = re.compile(r"^\[\d+\]\s")


@dataclass(frozen=True)
class Front:
    """What the front matter says about the whole document."""

    title: str
    authors: str = ""
    affiliation: str = ""
    disclaimer: str = ""
    abstract: str = ""
    header: str = ""
    paper: Literal["a4", "letter"] = "a4"
    columns: int = 1
    numbered: bool = False
    family: Literal["serif", "sans"] = "serif"
    indent: bool = True
    size: float = 10.0
    scan: str = ""
    page_word: str = ""


@dataclass(frozen=True)
class Block:
    """One block of the body: text for prose, `data` for tables and figures."""

    kind: BlockKind
    text: str = ""
    level: int = 0
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A parsed document: front matter, blocks in order, footnotes by label."""

    front: Front
    blocks: tuple[Block, ...]
    notes: dict[str, str]


def read_source(path: Path) -> Source:
    """Parse the source file at `path`."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    notes: dict[str, str] = {}
    blocks = tuple(_blocks(body, notes))
    return Source(Front(**yaml.safe_load(front)), blocks, notes)


def _blocks(body: str, notes: dict[str, str]) -> Iterator[Block]:
    lines = iter(body.splitlines())
    prose: list[str] = []
    for line in lines:
        if fence := _FENCE.match(line):
            yield from _prose(prose, notes)
            yield _fenced(fence[1], lines)
        elif line.strip():
            prose.append(line.strip())
        else:
            yield from _prose(prose, notes)
    yield from _prose(prose, notes)


def _fenced(kind: str, lines: Iterator[str]) -> Block:
    """The YAML of a fenced block, up to its closing fence."""
    inner: list[str] = []
    for line in lines:
        if line.strip() == "```":
            break
        inner.append(line)
    data = yaml.safe_load("\n".join(inner))
    return Block("table" if kind == "table" else "figure", data=data)


def _prose(lines: list[str], notes: dict[str, str]) -> Iterator[Block]:
    """The block the collected lines make; empties `lines` so that the caller can go on."""
    text = " ".join(lines)
    items = [line for line in lines if line.startswith("- ")]
    lines.clear()
    if not text:
        return
    if note := _NOTE.match(text):
        notes[note[1]] = note[2]
    elif heading := _HEADING.match(text):
        yield Block("heading", heading[2], level=len(heading[1]))
    elif items:
        for item in re.split(r"(?:^| )- ", text)[1:]:
            yield Block("bullet", item)
    else:
        yield Block("reference" if _REFERENCE.match(text) else "paragraph", text)
