"""The `layout` PDF reader: PyMuPDF's layout model says what each piece of a page is.

The model gives classes and boxes; text, lines, reading order, joined paragraphs and sentences are
those of the `fast` reader, so that both make trees of one kind.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wattrag.corpus.readers.assembly import Piece
from wattrag.corpus.readers.blocks import Block, Float, blocks_of
from wattrag.corpus.readers.columns import Flow, reading_order
from wattrag.corpus.readers.furniture import ZONE, without_furniture
from wattrag.corpus.readers.geometry import Box, Fragment, PageContent, Region
from wattrag.corpus.readers.headings import marked_headings
from wattrag.corpus.readers.layoutfloats import find_floats
from wattrag.corpus.readers.layoutmodel import find_regions
from wattrag.corpus.readers.lines import Line, join_numbers, line_of, rows_of
from wattrag.corpus.readers.page import read_page
from wattrag.corpus.readers.pdf import page_pieces, reading_of
from wattrag.corpus.readers.pdffile import LIBRARY_ERRORS, check_memory, read_contents
from wattrag.corpus.readers.reading import Reading
from wattrag.corpus.readers.style import Style, style_of
from wattrag.corpus.steps import begin

FURNITURE = {"page-header", "page-footer"}
MARGIN = 1.5  # points that text may stand out of its region


def read_layout(path: Path) -> Reading:
    """Read a PDF with the layout model.

    Raises:
        InputError: it cannot be read at all.
    """
    contents = read_contents(path, _read_page)
    bare = [
        _without_margins(page, fragments)
        for page, fragments in zip(contents.pages, without_furniture(contents.pages), strict=True)
    ]
    style = style_of(f for fragments in bare for f in fragments)
    pieces: list[Piece] = []
    for page, fragments in zip(contents.pages, bare, strict=True):
        begin(page.number)
        pieces += _page_pieces(page, fragments, style)
    begin(0)
    blocks = [piece for piece in pieces if isinstance(piece, Block)]
    headings = marked_headings(blocks, style, contents.outline, contents.pages[0].height)
    return reading_of(contents, pieces, headings, style)


def _read_page(page: Any, number: int) -> PageContent:
    content = read_page(page, number)
    if not content.fragments:
        return content
    try:
        return content._replace(regions=find_regions(page, content.turn))
    except LIBRARY_ERRORS as error:  # the page cannot be drawn, and is read without the model
        check_memory(error)
        return content


def _without_margins(page: PageContent, fragments: Sequence[Fragment]) -> list[Fragment]:
    """The fragments without headers and footers; what the model takes for one must stand there."""
    margins = [r for r in page.regions if r.kind in FURNITURE and _is_at_edge(r.box, page.height)]
    kept = [f for f in fragments if _region_of(f, margins) is None]
    return kept or list(fragments)


def _is_at_edge(box: Box, page_height: float) -> bool:
    return box.y1 < ZONE * page_height or box.y0 > (1 - ZONE) * page_height


def _page_pieces(page: PageContent, fragments: list[Fragment], style: Style) -> list[Piece]:
    if not page.regions:  # scanned, or of nothing but stray marks
        return page_pieces(page, fragments, style)
    floats, rest = find_floats(page, fragments, style)
    places = {float_.box: float_ for float_ in floats}
    regions = [r for r in page.regions if r.kind not in {"table", "picture"}]
    pieces: list[Piece] = []
    for flow in reading_order([*join_numbers(rest), *places]):
        pieces += _flow_pieces(flow, regions, places, page.number)
    return pieces


def _flow_pieces(
    flow: Flow, regions: Sequence[Region], places: dict[Box, Float], page: int
) -> list[Piece]:
    """Blocks and floats of a column from top to bottom: one block for each region."""
    members: dict[Region | None, list[Fragment]] = {}
    for fragment in (p for p in flow.pieces if isinstance(p, Fragment)):
        members.setdefault(_region_of(fragment, regions), []).append(fragment)
    items: list[tuple[float, str, Line | Float | Block]] = [
        (box.y0, "", places[box]) for box in flow.pieces if isinstance(box, Box)
    ]
    for region, fragments in members.items():
        lines = [line_of(row, page) for row in rows_of(fragments)]
        if region is None:
            items += [(line.box.y0, "", line) for line in lines]
        else:
            block = Block(tuple(lines), flow.x0, flow.x1, region.kind)
            items.append((lines[0].box.y0, region.kind, block))
    pieces: list[Piece] = []
    loose: list[Line | Float] = []
    for _, _, item in sorted(items, key=lambda item: item[:2]):
        if isinstance(item, Block):
            pieces += [*blocks_of(loose, flow.x0, flow.x1), item]
            loose = []
        else:
            loose.append(item)
    return [*pieces, *blocks_of(loose, flow.x0, flow.x1)]


def _region_of(fragment: Fragment, regions: Sequence[Region]) -> Region | None:
    """The smallest region that holds the middle of a piece of text."""
    x, y = (fragment.x0 + fragment.x1) / 2, (fragment.y0 + fragment.y1) / 2
    holding = [r for r in regions if r.box.holds(x, y, MARGIN)]
    return min(holding, key=lambda r: (r.box.width * r.box.height, r), default=None)
