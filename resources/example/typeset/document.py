"""A whole document: title block, body, and the scanned page where there is one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import pymupdf

from .boxes import Box, text_boxes
from .canvas import Canvas
from .compose import Composer
from .flow import Placement, lay_out
from .fonts import Style
from .geometry import Geometry
from .inline import parse_words
from .paragraph import break_lines
from .scan import scanned
from .source import Front, Source, read_source


def build_pdf(path: Path) -> bytes:
    """The PDF of the source at `path`: the same bytes every time."""
    source = read_source(path)
    with typeset(source) as document:
        if source.front.scan:
            _append_scan(document, path.with_name(source.front.scan))
        document.set_metadata({"title": source.front.title, "author": source.front.authors})
        document.subset_fonts()
        return bytes(document.tobytes(garbage=4, deflate=True, no_new_id=True))


def typeset(source: Source) -> pymupdf.Document:
    """Set a source into a new PDF document."""
    geometry = Geometry.of(source.front)
    composer = Composer(source, geometry.column)
    title = _title(source.front, composer, geometry.measure)
    groups = list(composer.groups(source.blocks))
    return _draw(lay_out(title, groups, composer, geometry), source.front, geometry)


def _draw(placements: Iterable[Placement], front: Front, geometry: Geometry) -> pymupdf.Document:
    document = pymupdf.open()
    for page, members in groupby(placements, key=attrgetter("page")):
        canvas = Canvas(document, geometry.width, geometry.height)
        _furniture(canvas, page, front, geometry)
        for placement in members:
            placement.box.draw(canvas, placement.x, placement.y)
        canvas.finish()
    return document


def _furniture(canvas: Canvas, number: int, front: Front, geometry: Geometry) -> None:
    """Running header (not on the first page) and page number."""
    style = Style(front.family, 8.0, italic=front.family == "serif")
    right = geometry.width - geometry.margin
    if front.header and number > 1:
        canvas.text(geometry.margin, 42.0, front.header, style)
        canvas.rule(geometry.margin, 47.0, right, 47.0, 0.3)
    label = f"{front.page_word} {number}".strip()
    canvas.text((geometry.width - style.width(label)) / 2, geometry.height - 36.0, label, style)


def _title(front: Front, composer: Composer, width: float) -> list[Box]:
    """Centred on papers of two columns, at the left on reports."""
    style = Style(front.family, front.size)
    boxes: list[Box] = []
    for text, shape, before in (
        (front.title, replace(style.sized(1.7), bold=True), 0.0),
        (front.authors, style.sized(1.1), 0.8),
        (front.affiliation, replace(style, italic=True), 0.2),
        (front.disclaimer, replace(style.sized(0.9), italic=True), 0.6),
    ):
        lines = composer.plain(text, shape, width, centre=front.columns == 2)
        if lines:
            lines[0] = replace(lines[0], before=before * front.size)
        boxes.extend(lines)
    return boxes + _abstract(front, style.sized(0.95), width)


def _abstract(front: Front, style: Style, width: float) -> list[Box]:
    if not front.abstract:
        return []
    side = 0.06 * width
    words = parse_words(f"**Abstract.** {front.abstract}", style, {})
    lines = break_lines(words, width - side, first=side, rest=side)
    return text_boxes(lines, style.size, 1.2 * style.size, together=True)


def _append_scan(document: pymupdf.Document, path: Path) -> None:
    """Add the pages of another source as images, the way a scanner would have left them."""
    with typeset(read_source(path)) as inner:
        for page in inner:
            target = document.new_page(width=page.rect.width, height=page.rect.height)
            target.insert_image(target.rect, stream=scanned(page))
