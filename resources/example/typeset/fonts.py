"""The fonts of the documents: the base families that PyMuPDF carries, embedded as subsets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import pymupdf

_NAMES = {
    "serif": ("tiro", "tibo", "tiit", "tibi"),
    "sans": ("helv", "hebo", "heit", "hebi"),
}


@dataclass(frozen=True)
class Style:
    """How a run of text is set; `rise` lifts superscripts and lowers subscripts."""

    family: str
    size: float
    bold: bool = False
    italic: bool = False
    rise: float = 0.0

    @property
    def font(self) -> pymupdf.Font:
        """The font of this style."""
        return _font(_NAMES[self.family][self.bold + 2 * self.italic])

    def width(self, text: str) -> float:
        """The width of `text` in points."""
        return float(self.font.text_length(text, self.size))

    def raised(self, share: float) -> Style:
        """The style of a superscript (share > 0) or subscript (share < 0) beside this one."""
        return replace(self, size=0.7 * self.size, rise=share * self.size)

    def sized(self, factor: float) -> Style:
        """This style at another size."""
        return replace(self, size=factor * self.size)


@cache
def _font(name: str) -> pymupdf.Font:
    return pymupdf.Font(name)
