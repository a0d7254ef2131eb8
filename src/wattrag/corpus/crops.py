"""The figures of a document as images: cut out of the pages of its PDF, at the boxes of its tree.

A figure is drawn with at most `MAX_DPI` and its longest edge has at most `MAX_EDGE` pixels. It is
never enlarged: a picture that fills its figure is drawn with no more pixels than it has.
"""

import io
import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from wattrag.corpus.pool import run_bounded
from wattrag.corpus.readers.geometry import Box
from wattrag.corpus.steps import begin
from wattrag.corpus.tree import DocumentTree, nodes
from wattrag.corpus.worker import Budget
from wattrag.errors import InputError

MAX_EDGE = 1024
"""Pixels; servers make larger images smaller, or count more tokens for them."""
MAX_DPI = 200
QUALITY = 90
MAX_FIGURES = 1000
"""Of a document; the first ones are cut out."""
MAX_BYTES = 200_000_000
"""Of all images of a document; those that come later are left out."""
MIN_SIDE = 4.0
"""Points; smaller boxes show nothing."""
FILLS = 0.8
"""Share of a figure that a picture covers to be all of it."""
_POINTS_PER_INCH = 72
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figure:
    """A figure's place: its node, its page (from 1) and its box in points."""

    node_id: str
    page: int
    box: Box


@dataclass(frozen=True)
class _Order:
    pdf: Path
    figures: tuple[Figure, ...]
    turned: dict[int, int]
    """Degrees clockwise by which pages are turned to be read, where a viewer does not."""


def figures_of(tree: DocumentTree) -> list[Figure]:
    """The figures of a tree that have a place on a page, in reading order."""
    found = []
    for node in nodes(tree):
        if node.kind != "paragraph" or node.metadata.get("attachment_type") != "image":
            continue
        box = _box(node.metadata.get("bbox"))
        page = node.metadata.get("page")
        if box is not None and isinstance(page, int) and not node.metadata.get("scanned"):
            found.append(Figure(node.id, page, box))
    return found[:MAX_FIGURES]


def crop_figures(pdf: Path, tree: DocumentTree) -> dict[str, bytes]:
    """The figures of a document as JPEG, by node id; equal files give equal bytes.

    What cannot be drawn, as a box outside its page, is left out.

    Args:
        pdf: the file that the tree was made of.
        tree: with the page and box of each figure.

    Raises:
        InputError: not a readable PDF.
    """
    return _crop(_order(pdf, tree))


def crop_bounded(pdf: Path, tree: DocumentTree, budget: Budget | None = None) -> dict[str, bytes]:
    """As `crop_figures`, in a process of its own that is held to a budget of time and memory.

    A page that runs over its share is left out; what is left out is logged.

    Raises:
        InputError: as `crop_figures`, or the budget is spent.
    """
    order = _order(pdf, tree)
    if not order.figures:
        return {}
    (outcome,) = run_bounded(_crop, [order], budget=budget)
    if outcome.result is None:
        reason = str(outcome.error).removeprefix(f"{pdf}: ")
        cure = "leave the document out, or set send_images: false"
        raise InputError(str(pdf), f"its figures cannot be drawn ({reason})", cure)
    missing = [figure.node_id for figure in order.figures if figure.node_id not in outcome.result]
    if missing:
        _log.warning("%s: %d figures are not drawn, first %s", pdf, len(missing), missing[0])
    return outcome.result


def _box(value: Any) -> Box | None:
    """A box of metadata, if it is four finite numbers."""
    try:
        box = Box(*map(float, value))
    except (TypeError, ValueError, OverflowError):
        return None
    return box if all(map(math.isfinite, box)) else None


def _order(pdf: Path, tree: DocumentTree) -> _Order:
    turned = tree.metadata.get("turned_pages", {})
    return _Order(pdf, tuple(figures_of(tree)), {int(n): int(t) for n, t in turned.items()})


def _crop(order: _Order) -> dict[str, bytes]:
    from wattrag.corpus.readers.pdffile import open_pdf

    by_page: dict[int, list[Figure]] = {}
    for figure in order.figures:
        by_page.setdefault(figure.page, []).append(figure)
    found: dict[str, bytes] = {}
    size = 0
    with open_pdf(order.pdf) as document:
        for number in sorted(by_page):
            if not 1 <= number <= document.page_count or not begin(number):
                continue
            for node_id, image in _of_page(document, number, by_page[number], order.turned):
                size += len(image)
                if size > MAX_BYTES:
                    return found
                found[node_id] = image
    return found


def _of_page(
    document: Any, number: int, figures: list[Figure], turned: dict[int, int]
) -> Iterator[tuple[str, bytes]]:
    from wattrag.corpus.readers.pdffile import LIBRARY_ERRORS, check_memory

    for figure in figures:
        try:
            page = document[number - 1]
            if number in turned:
                page.set_rotation(turned[number])
            image = _drawn(page, figure.box)
        except LIBRARY_ERRORS as error:
            check_memory(error)
            continue
        if image is not None:
            yield figure.node_id, image


def _drawn(page: Any, box: Box) -> bytes | None:
    """A part of a page as JPEG; None if there is next to nothing of it on the page."""
    import pymupdf

    width, height = page.rect.width, page.rect.height
    shown = Box(max(box.x0, 0.0), max(box.y0, 0.0), min(box.x1, width), min(box.y1, height))
    if min(shown.width, shown.height) < MIN_SIDE:
        return None
    scale = min(
        MAX_DPI / _POINTS_PER_INCH,
        # A pixmap covers each pixel that its clip touches: one more than its length at most.
        (MAX_EDGE - 1) / max(shown.width, shown.height),
        _own_scale(page, shown),
    )
    pixmap = page.get_pixmap(
        matrix=pymupdf.Matrix(scale, scale), clip=pymupdf.Rect(shown), alpha=False
    )
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=QUALITY, subsampling=0)
    return jpeg.getvalue()


def _own_scale(page: Any, box: Box) -> float:
    """Pixels per point of the picture that fills a box, the finest one; infinite if none does."""
    scales = [
        max(image["width"] / placed.width, image["height"] / placed.height)
        for image in page.get_image_info()
        if (placed := Box(*image["bbox"])) and _covers(placed, box)
    ]
    return max(scales, default=math.inf)


def _covers(picture: Box, box: Box) -> bool:
    width = min(picture.x1, box.x1) - max(picture.x0, box.x0)
    height = min(picture.y1, box.y1) - max(picture.y0, box.y0)
    return min(width, height) > 0 and width * height >= FILLS * box.width * box.height
