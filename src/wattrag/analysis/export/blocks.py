"""What an exported page is made of; each format writes the same blocks in its own way."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Listing:
    """Items, one a line."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table of texts; `label` is what other text refers to it by.

    Attributes:
        numeric: names of the columns that hold numbers, which are set flush right.
        wrapped: names of the columns whose texts may take several lines.
    """

    label: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[str] = frozenset()
    wrapped: frozenset[str] = frozenset()


Block = Paragraph | Listing | Grid


@dataclass(frozen=True)
class Page:
    """A file of the export: its name without ending, its title, its blocks."""

    name: str
    title: str
    blocks: Sequence[Block]
