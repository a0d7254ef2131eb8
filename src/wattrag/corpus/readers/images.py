"""Embedded images: where a page shows them, each of them once in a document."""

import hashlib
from collections.abc import Iterable
from typing import Any

import pymupdf

from wattrag.corpus.readers.geometry import Box, Image, PageContent

MAX_IMAGES = 2000  # on one page; more are the strips or tiles of a picture
_IMAGE_BLOCK = 1


def read_images(page: Any, width: float, height: float) -> list[Image]:
    """Where images are, cut off at the page's edges; their pixels are not touched."""
    listed = page.get_images()
    if not listed:
        return []
    xrefs: dict[str, set[int]] = {}
    for xref, _, columns, rows, *_ in listed:
        xrefs.setdefault(f"width: {columns}, height: {rows},", set()).add(xref)
    blocks = page.get_textpage(flags=pymupdf.TEXT_PRESERVE_IMAGES).extractBLOCKS()
    images = []
    for x0, y0, x1, y1, described, _, kind in blocks:
        box = Box(max(x0, 0.0), max(y0, 0.0), min(x1, width), min(y1, height))
        if kind == _IMAGE_BLOCK and box.width > 0 and box.height > 0:
            images.append(Image(box, _only(xrefs, described)))
    return images[:MAX_IMAGES]


def _only(xrefs: dict[str, set[int]], described: str) -> int:
    """The number of the page's only image of the size that is described; 0 if there are more."""
    same = next((numbers for size, numbers in xrefs.items() if size in described), set())
    return next(iter(same)) if len(same) == 1 else 0


def without_repeats(pages: Iterable[PageContent], document: Any) -> list[PageContent]:
    """The pages with each image at its first place only: logos come back on every page."""
    seen: set[bytes] = set()
    digests: dict[int, bytes] = {}
    kept: list[PageContent] = []
    for page in pages:
        fresh: set[bytes] = set()
        images = []
        for image in page.images:
            if image.xref and image.xref not in digests:
                digests[image.xref] = _digest(document, image.xref)
            digest = digests.get(image.xref, b"")
            if digest not in seen:
                images.append(image)
            fresh.add(digest)
        seen |= fresh - {b""}
        kept.append(page if len(images) == len(page.images) else page._replace(images=images))
    return kept


def _digest(document: Any, xref: int) -> bytes:
    """Of the image as it is stored, compressed; empty if it has no stream of its own."""
    raw = document.xref_stream_raw(xref)
    return hashlib.sha256(raw).digest() if raw else b""
