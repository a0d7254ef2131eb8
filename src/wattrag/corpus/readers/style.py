"""The typography of a document: what its running text looks like."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from wattrag.corpus.readers.geometry import Fragment

DEFAULT_SIZE = 10.0


class Style(NamedTuple):
    """Size (points) and weight of most of the text."""

    size: float
    bold: bool

    def is_larger(self, size: float) -> bool:
        """Whether a size stands out from running text."""
        return size > 1.08 * self.size

    def is_smaller(self, size: float) -> bool:
        """Whether a size is that of notes rather than of running text."""
        return size < 0.94 * self.size


def style_of(fragments: Iterable[Fragment]) -> Style:
    """The most frequent size and weight, counted in characters."""
    counts: Counter[tuple[float, bool]] = Counter()
    for fragment in fragments:
        counts[round(fragment.size * 4) / 4, fragment.bold] += len(fragment.text)
    if not counts:
        return Style(DEFAULT_SIZE, bold=False)
    size, bold = max(counts, key=lambda style: (counts[style], style))
    return Style(size, bold)
