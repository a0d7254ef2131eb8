"""A PDF with a figure, drawn by the test, and its tree as a parser would make it."""

from pathlib import Path

import pymupdf
from PIL import Image

from wattrag.corpus.tree import DocumentTree, Paragraph, Section

RED, GREEN = (0.8, 0.1, 0.1), (0.1, 0.6, 0.1)
BOX = [100.0, 200.0, 300.0, 280.0]


def drawing(path: Path, *, size: tuple[float, float] = (595, 842), rotation: int = 0) -> Path:
    """A page whose box `BOX` is red on a green page."""
    with pymupdf.open() as document:
        page = document.new_page(width=size[0], height=size[1])
        page.draw_rect(page.rect, color=None, fill=GREEN)
        page.draw_rect(pymupdf.Rect(BOX), color=None, fill=RED)
        page.set_rotation(rotation)
        document.save(path, no_new_id=True)
    return path


def picture(path: Path, columns: int, rows: int) -> Path:
    """A page with a picture of so many pixels in `BOX`."""
    with pymupdf.open() as document:
        pixels = Image.effect_noise((columns, rows), 60).convert("RGB").tobytes()
        image = pymupdf.Pixmap(pymupdf.csRGB, columns, rows, pixels, False)
        document.new_page().insert_image(pymupdf.Rect(BOX), pixmap=image, keep_proportion=False)
        document.save(path, no_new_id=True)
    return path


def tree(*boxes: object, page: object = 1, **metadata: object) -> DocumentTree:
    """A document with a figure at each box, `doc:sec0:p0` and on."""
    paragraphs = tuple(
        Paragraph(text="Figure.", metadata={"attachment_type": "image", "page": page, "bbox": box})
        for box in boxes
    )
    sections = (Section(title="S", paragraphs=paragraphs),)
    return DocumentTree(document_id="doc", title="D", metadata=metadata, sections=sections)
