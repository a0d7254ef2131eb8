"""Where a node stands in its PDF, drawn: the page's image with the node's boxes marked."""

import io
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from wattrag.corpus.readers.geometry import Box
from wattrag.corpus.tree import Metadata
from wattrag.errors import InputError

COLOUR = (0.85, 0.33, 0.0)  # red, green, blue: legible on white and in grey
OPACITY = 0.18
MARGIN = 0.5  # points around a box
MAX_PAGES = 4  # side by side; a paragraph hardly runs over more
MAX_SIDE = 8000  # pixels


class Place(NamedTuple):
    """A box on a page, in points; pages count from 1."""

    page: int
    box: Box


def places_of(metadata: Metadata, where: str) -> list[Place]:
    """Where a paragraph or sentence stands, its continuations in other columns and pages too.

    Args:
        metadata: of the node.
        where: what an error message names.

    Raises:
        InputError: the node has no place, as sections and the trees of other programs.
    """
    try:
        parts = [metadata, *metadata.get("continued", ())]
        return [Place(int(part["page"]), Box(*map(float, part["bbox"]))) for part in parts]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            where,
            "has no box on a page",
            "name a paragraph or sentence of a tree that `wattrag parse` made of a PDF",
        ) from error


def draw_places(pdf: Path, places: list[Place], turned: dict[int, int], dpi: int = 150) -> bytes:
    """The pages of `places` as a PNG, side by side, the boxes marked.

    Args:
        pdf: the document.
        places: boxes, in the coordinates of the pages as they are read.
        turned: degrees clockwise by which pages are turned to be read, where a viewer does not.
        dpi: resolution, lowered for very large pages.

    Raises:
        InputError: not a readable PDF, or it lacks a page.
    """
    from wattrag.corpus.readers.pdffile import open_pdf

    numbers = list(dict.fromkeys(place.page for place in places))[:MAX_PAGES]
    with open_pdf(pdf) as document:
        for number in numbers:
            if not 1 <= number <= document.page_count:
                raise InputError(str(pdf), f"has no page {number}", "name the PDF that was parsed")
        images = [
            _marked(
                document[number - 1],
                [place.box for place in places if place.page == number],
                turned.get(number),
                dpi,
            )
            for number in numbers
        ]
    return _side_by_side(images)


def _marked(page: Any, boxes: list[Box], turn: int | None, dpi: int) -> Image.Image:
    if turn is not None:
        page.set_rotation(turn)
    page.clean_contents()  # what is drawn next does not depend on the page's own state
    shape = page.new_shape()
    for box in boxes:
        corners = (box.x0 - MARGIN, box.y0 - MARGIN, box.x1 + MARGIN, box.y1 + MARGIN)
        shape.draw_rect(_stored(page, corners))
    shape.finish(color=COLOUR, fill=COLOUR, fill_opacity=OPACITY, width=1)
    shape.commit()
    side = max(page.rect.width, page.rect.height, 1.0)
    pixmap = page.get_pixmap(dpi=max(1, min(dpi, int(MAX_SIDE * 72 / side))), alpha=False)
    return Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)


def _stored(page: Any, corners: tuple[float, float, float, float]) -> Any:
    """A box of the turned page in the coordinates in which the page is stored."""
    import pymupdf

    return pymupdf.Rect(corners) * page.derotation_matrix


def _side_by_side(images: list[Image.Image]) -> bytes:
    width, height = sum(image.width for image in images), max(image.height for image in images)
    sheet = Image.new("RGB", (width, height), "white")
    left = 0
    for image in images:
        sheet.paste(image, (left, 0))
        left += image.width
    png = io.BytesIO()
    sheet.save(png, "PNG")
    return png.getvalue()
