"""Page size, margins and columns of a document."""

from __future__ import annotations

from dataclasses import dataclass

from .source import Front

_SIZES = {"a4": (595.0, 842.0), "letter": (612.0, 792.0)}
_GUTTER = 20.0


@dataclass(frozen=True)
class Geometry:
    """Where on a page text may stand, in points from its upper left corner."""

    width: float
    height: float
    margin: float
    top: float
    bottom: float
    columns: int

    @classmethod
    def of(cls, front: Front) -> Geometry:
        """The geometry the front matter asks for."""
        width, height = _SIZES[front.paper]
        margin = 50.0 if front.columns == 2 else 82.0
        return cls(width, height, margin, 64.0, height - 66.0, front.columns)

    @property
    def measure(self) -> float:
        """Width of the text area."""
        return self.width - 2 * self.margin

    @property
    def column(self) -> float:
        """Width of one column."""
        return (self.measure - (self.columns - 1) * _GUTTER) / self.columns

    def left(self, column: int) -> float:
        """Left edge of a column."""
        return self.margin + column * (self.column + _GUTTER)
