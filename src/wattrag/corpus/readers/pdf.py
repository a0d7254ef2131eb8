"""The `fast` PDF reader: structure from geometry and fonts, without a model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wattrag.corpus.readers.assembly import Piece, assemble
from wattrag.corpus.readers.blocks import Block, Float, blocks_of
from wattrag.corpus.readers.columns import Flow, reading_order
from wattrag.corpus.readers.figures import find_figures, with_labels
from wattrag.corpus.readers.furniture import without_furniture
from wattrag.corpus.readers.geometry import Box, Fragment, PageContent
from wattrag.corpus.readers.headings import Heading, find_headings
from wattrag.corpus.readers.lines import Line, join_numbers, line_of, rows_of
from wattrag.corpus.readers.ocr import find_engine
from wattrag.corpus.readers.pdffile import Contents, read_contents
from wattrag.corpus.readers.reading import Reading
from wattrag.corpus.readers.style import Style, style_of
from wattrag.corpus.readers.tables import aligned_tables, ruled_tables
from wattrag.corpus.steps import begin
from wattrag.corpus.tree import Section


def read_pdf(path: Path) -> Reading:
    """Read a PDF.

    Raises:
        InputError: it cannot be read at all.
    """
    contents = read_contents(path)
    bare = without_furniture(contents.pages)
    style = style_of(f for fragments in bare for f in fragments)
    pieces: list[Piece] = []
    for page, fragments in zip(contents.pages, bare, strict=True):
        begin(page.number)
        pieces += page_pieces(page, fragments, style)
    begin(0)
    blocks = [piece for piece in pieces if isinstance(piece, Block)]
    headings = find_headings(blocks, style, contents.outline, contents.pages[0].height)
    return reading_of(contents, pieces, headings, style)


def reading_of(
    contents: Contents, pieces: Sequence[Piece], headings: dict[int, Heading], style: Style
) -> Reading:
    """The document of `pieces` under `headings`, with what its metadata say of its pages."""
    height = contents.pages[0].height
    titles = [heading.title for heading in headings.values() if heading.level == 0]
    metadata: dict[str, Any] = {"pages": len(contents.pages) + len(contents.unreadable_pages)}
    if contents.unreadable_pages:
        metadata["unreadable_pages"] = contents.unreadable_pages
    if turned := {str(p.number): p.turn for p in contents.pages if p.turn != p.shown}:
        metadata["turned_pages"] = turned  # boxes are those of the page turned by so many degrees
    if contents.scanned_pages:
        metadata["scanned_pages"] = contents.scanned_pages
    sections = assemble(pieces, headings, style, height)
    recognised = {page.number for page in contents.pages if page.recognised}
    if recognised and (engine := find_engine()):
        metadata["ocr"] = engine.name
        sections = tuple(_with_ocr_marks(section, recognised) for section in sections)
    return Reading(titles[0] if titles else contents.title, sections, metadata)


def _with_ocr_marks(section: Section, pages: set[int]) -> Section:
    """The section with `ocr` on the paragraphs that were read from the image of a page."""
    paragraphs = tuple(
        p.model_copy(update={"metadata": {**p.metadata, "ocr": True}})
        if p.metadata["page"] in pages
        else p
        for p in section.paragraphs
    )
    return section.model_copy(update={"paragraphs": paragraphs})


def page_pieces(page: PageContent, fragments: list[Fragment], style: Style) -> list[Piece]:
    """Blocks, tables and figures of a page in reading order."""
    if not page.fragments or (page.recognised and not fragments):
        return [Float("page", page.number, Box(0, 0, page.width, page.height))]
    floats, rest = _floats(page, fragments, style)
    places = {float_.box: float_ for float_ in floats}
    pieces: list[Piece] = []
    for flow in reading_order([*join_numbers(rest), *places]):
        pieces += blocks_of(_items(flow, places, page.number), flow.x0, flow.x1)
    return pieces


def _floats(
    page: PageContent, fragments: list[Fragment], style: Style
) -> tuple[list[Float], list[Fragment]]:
    """Tables and figures, and the text that is in neither."""
    floats, rest = ruled_tables(page, fragments)
    for box in find_figures(page, rest, [table.box for table in floats]):
        figure, labels = with_labels(page.number, box, rest, style.size)
        floats.append(figure)
        rest = [f for f in rest if f not in labels]
    aligned, rest = aligned_tables(page, rest)
    return [*floats, *aligned], rest


def _items(flow: Flow, places: dict[Box, Float], page: int) -> Sequence[Line | Float]:
    """Lines and floats of a column from top to bottom."""
    rows = rows_of(p for p in flow.pieces if isinstance(p, Fragment))
    items: list[tuple[float, Line | Float]] = []
    for row in rows:
        line = line_of(row, page)
        items.append((line.box.y0, line))
    items += [(p.y0, places[p]) for p in flow.pieces if isinstance(p, Box)]
    return [item for _, item in sorted(items, key=lambda pair: pair[0])]
