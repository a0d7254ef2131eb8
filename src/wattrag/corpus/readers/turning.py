"""Pages whose text runs up, down or upside down: their geometry turned to be read."""

from typing import TypeVar

from wattrag.corpus.readers.geometry import Box, Drawing, Fragment, PageContent, Word

# Degrees clockwise that make text readable, and the direction such text has on the page.
DIRECTIONS = {0: (1.0, 0.0), 90: (0.0, -1.0), 180: (-1.0, 0.0), 270: (0.0, 1.0)}

_Placed = TypeVar("_Placed", Fragment, Box, Word)


def turned(page: PageContent, degrees: int) -> PageContent:
    """The page turned clockwise by 0, 90, 180 or 270 degrees."""
    if degrees == 0:
        return page
    width, height = page.width, page.height

    def turn(piece: _Placed) -> _Placed:
        x0, y0, x1, y1 = _turned_box(piece, width, height, degrees)
        return piece._replace(x0=x0, y0=y0, x1=x1, y1=y1)

    return page._replace(
        width=width if degrees == 180 else height,  # noqa: PLR2004
        height=height if degrees == 180 else width,  # noqa: PLR2004
        fragments=[turn(fragment) for fragment in page.fragments],
        drawings=[Drawing(turn(d.box), d.outlined, d.rectangle) for d in page.drawings],
        images=[image._replace(box=turn(image.box)) for image in page.images],
        sideways=tuple(turn(fragment) for fragment in page.sideways),
        words=[turn(word) for word in page.words],
        turn=degrees,
    )


def _turned_box(
    piece: Fragment | Box | Word, width: float, height: float, degrees: int
) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = piece.x0, piece.y0, piece.x1, piece.y1
    if degrees == 90:  # noqa: PLR2004
        return height - y1, x0, height - y0, x1
    if degrees == 180:  # noqa: PLR2004
        return width - x1, height - y1, width - x0, height - y0
    return y0, width - x1, y1, width - x0
