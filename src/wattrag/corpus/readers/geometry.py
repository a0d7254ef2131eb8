"""What a page is made of, as geometry: pieces of text, drawings and images.

Coordinates are points from the page's top left corner; nothing of the PDF library is left in it.
"""

from typing import NamedTuple


class Fragment(NamedTuple):
    """A run of text on one baseline, as the PDF places it."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    italic: bool
    font: str


class Box(NamedTuple):
    """A rectangle: a drawing, an image, a region."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Horizontal extent in points."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Vertical extent in points."""
        return self.y1 - self.y0

    def holds(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether a point lies in the box, or within `margin` of it."""
        return (
            self.x0 - margin <= x <= self.x1 + margin and self.y0 - margin <= y <= self.y1 + margin
        )

    def union(self, other: "Box") -> "Box":
        """The smallest box around both."""
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )

    def rounded(self) -> list[float]:
        """For metadata: one decimal."""
        return [round(value, 1) for value in self]


class Drawing(NamedTuple):
    """A vector path's box; `outlined` if it is stroked, `rectangle` if it is one."""

    box: Box
    outlined: bool
    rectangle: bool


class Image(NamedTuple):
    """An embedded image's place; `xref` is its number in the file, 0 where that is not known."""

    box: Box
    xref: int = 0


class Word(NamedTuple):
    """A word's box; read only where a table may be, to part cells that stand close."""

    x0: float
    y0: float
    x1: float
    y1: float


class Region(NamedTuple):
    """What a layout model saw at a place: its class, and a table's inner grid lines."""

    kind: str
    box: Box
    rows: tuple[float, ...] = ()
    columns: tuple[float, ...] = ()


class PageContent(NamedTuple):
    """What is on a page; `number` counts from 1.

    `turn` is by how many degrees clockwise the page, as stored, was turned so that its text can be
    read; coordinates are those of the turned page. `shown` is by how many a viewer turns it.
    `sideways` is text at right angles to the rest: names of narrow columns, labels of axes.
    `regions` are there only if a layout model looked at the page; `recognised` says that the text
    was read from the page's image.
    """

    number: int
    width: float
    height: float
    fragments: list[Fragment]
    drawings: list[Drawing]
    images: list[Image]
    words: list[Word]
    turn: int = 0
    shown: int = 0
    sideways: tuple[Fragment, ...] = ()
    regions: tuple[Region, ...] = ()
    recognised: bool = False
