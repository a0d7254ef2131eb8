"""Figures: images and groups of drawings large enough to show something."""

from collections.abc import Sequence

from wattrag.corpus.readers.blocks import CAPTION, Float
from wattrag.corpus.readers.geometry import Box, Fragment, PageContent
from wattrag.corpus.readers.regions import clusters

MIN_WIDTH, MIN_HEIGHT = 48.0, 36.0  # points; smaller ones are icons
MIN_STROKES = 6  # of a drawing; fewer are frames and backgrounds
WHOLE_PAGE = 0.85  # of the page's area: a background or the scan beneath an OCR layer
MAX_PROSE_BY_IMAGE = 0.12  # the same for drawings around an image
LABEL_MARGIN = 14.0  # points around a figure in which axis labels stand
MAX_LABEL = 60  # characters; longer text is prose beside or over the figure
MAX_PROSE = 0.45  # share of a drawing's box that lines of text may cover


def find_figures(
    page: PageContent, fragments: Sequence[Fragment], tables: Sequence[Box]
) -> list[Box]:
    """Boxes of the figures of a page."""
    area = page.width * page.height
    images = [i.box for i in page.images if i.box.width * i.box.height < WHOLE_PAGE * area]
    strokes = [
        drawing.box
        for drawing in page.drawings
        if drawing.box.width * drawing.box.height < 0.5 * area
        and not _is_rule(drawing.box, page.width)
        and not any(_inside(drawing.box, table) for table in tables)
    ]
    found = []
    for box, count in clusters([*images, *strokes]):
        own = [image for image in images if _inside(image, box)]
        is_prose = _covered(box, fragments) >= (MAX_PROSE_BY_IMAGE if own else MAX_PROSE)
        if own and is_prose:  # text on a background, beside pictures
            found += [image for image in own if _is_large(image)]
        elif _is_large(box) and (own or (count >= MIN_STROKES and not is_prose)):
            found.append(box)
    return _disjoint(found)


def _is_large(box: Box) -> bool:
    return box.width >= MIN_WIDTH and box.height >= MIN_HEIGHT


def with_labels(
    page: int, box: Box, fragments: Sequence[Fragment], body_size: float
) -> tuple[Float, set[Fragment]]:
    """The figure and the pieces of text that belong to it: labels within it and at its axes."""
    prose = _prose(fragments, box)
    inside = {f for f in fragments if f not in prose and _is_label(f, box, body_size)}
    for fragment in inside:
        box = box.union(Box(fragment.x0, fragment.y0, fragment.x1, fragment.y1))
    ordered = sorted(inside, key=lambda f: (round(f.y0), f.x0, f))
    return Float("image", page, box, labels=tuple(f.text for f in ordered)), inside


def _prose(fragments: Sequence[Fragment], box: Box) -> set[Fragment]:
    """Long lines over a figure that stand under one another: text, not labels."""
    near = [f for f in fragments if len(f.text) > MAX_LABEL / 2 and box.holds(f.x0, f.y0, 40.0)]
    near.sort(key=lambda f: (f.y0, f.x0, f))
    found: set[Fragment] = set()
    for index, upper in enumerate(near):
        for lower in near[index + 1 :]:
            if lower.y0 > upper.y1 + upper.size:
                break
            if lower.y0 > upper.y0 + 0.5 * upper.size and abs(lower.x0 - upper.x0) < upper.size:
                found |= {upper, lower}
    return found


def _is_label(fragment: Fragment, box: Box, body_size: float) -> bool:
    x, y = (fragment.x0 + fragment.x1) / 2, (fragment.y0 + fragment.y1) / 2
    if len(fragment.text) > MAX_LABEL or CAPTION.match(fragment.text):
        return False
    if box.holds(x, y):
        return True
    small = fragment.size < 0.95 * body_size and len(fragment.text) <= MAX_LABEL / 2
    return small and box.holds(x, y, LABEL_MARGIN)


def _is_rule(box: Box, page_width: float) -> bool:
    """A line across the text: under headers, above footnotes."""
    return box.height < 2.5 and box.width > 0.15 * page_width  # noqa: PLR2004


def _covered(box: Box, fragments: Sequence[Fragment]) -> float:
    """Share of a box's area under lines of prose."""
    covered = sum(
        (f.x1 - f.x0) * (f.y1 - f.y0)
        for f in fragments
        if len(f.text) > MAX_LABEL / 2 and box.holds((f.x0 + f.x1) / 2, (f.y0 + f.y1) / 2)
    )
    return covered / max(box.width * box.height, 1.0)


def _inside(inner: Box, outer: Box) -> bool:
    return outer.holds((inner.x0 + inner.x1) / 2, (inner.y0 + inner.y1) / 2, 2.0)


def _disjoint(boxes: list[Box]) -> list[Box]:
    """Boxes that lie within another are part of it."""
    ordered = sorted(boxes, key=lambda b: -b.width * b.height)
    kept: list[Box] = []
    for box in ordered:
        if not any(_inside(box, other) for other in kept):
            kept.append(box)
    return sorted(kept, key=lambda b: (b.y0, b.x0))
