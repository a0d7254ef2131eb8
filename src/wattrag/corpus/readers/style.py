"""The typography of a document: what its running text looks like."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from wattrag.corpus.readers.geometry import Fragment

DEFAULT_SIZE = 10.0
_FIXED_PITCH = re.compile(
    r"cour|mono|cm[a-z]*tt|typewriter|consol|sftt|txtt|menlo|monaco|letter ?gothic|fixed|nimbusmon",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def is_fixed_pitch(font: str) -> bool:
    """Whether a font's name is that of a typewriter face, in which programs are set."""
    return _FIXED_PITCH.search(font) is not None


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
