"""Text as the reader compares it: tidied lines, sentences, stemmed words with their places."""

import re
from dataclasses import dataclass
from functools import cached_property

import Stemmer

_LIGATURES = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl", "\u00ad": ""})
_LINE_HYPHEN = re.compile(r"(?<=[a-z])-\n[ \t]*(?=[a-z])")
_SUBSCRIPT = re.compile(r"CO[ \t]{0,4}(?:₂|2)(?![0-9])(?:[ \t]{1,4}(?=e\b|eq\b))?")
_LOOSE_POINT = re.compile(r"(?<=\d) \.(?=\d)")
_YEAR = re.compile(r"(?<![\w.,])(?:19|20)\d\d(?![\w]|[.,]\d)")
_GLUED = re.compile(r"(?<![A-Za-z])(a|about|and|by|for|from|in|is|of|only|or|than|to|was)(?=[$€£]?\d)")
_WORD = re.compile(r"[^\W_]+(?:[.,]\d[^\W_]*)*")
_END = re.compile(r"(?<=[.!?])[\"'”’)\]]{0,3}\s+(?=[\"'“‘(\[●•]{0,2}[A-Z0-9●•])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Figs?|Tab|Secs?|Eqs?|Refs?|No|Nos|vs|al|approx|ca|cf|Dr|Mr|Ms|St|Inc|Ltd|resp|U\.S"
    r"|e\.g|i\.e)|\b[A-Z])\.$"
)

STOPWORDS = frozenset(
    "a about according al all also an and any approximately are as at based be been being but by can "
    "could did do does document documents done each estimate estimated et false for from had has have "
    "how if in into is it its just many may me might more most much name named of on one or other "
    "our out paper papers per please range recent reported roughly shall should so some study such "
    "than that the their them then there these they this those through to true under up us value "
    "was we were what when where whether which while who whose why will with within "
    "would you your".split()
)
"""Function words, and the words in which questions about papers are framed."""

_SAME = {
    "use": "use using usage consume consumes consumed consumption draw draws drew",
    "energy": "electricity electric electrical",
    "co2": "carbon co2e co2eq tco2e kgco2e gco2e",
    "emit": "emission emissions",
    "reduce": "reduction decrease decreases decline fall falls fell drop drops cut saving savings "
    "lower lowered",
    "increase": "rise rises rose risen grow grows grew growth",
    "cost": "price prices charge charges pay pays paid spend spent",
    "maximum": "max largest highest biggest peak most",
    "minimum": "min smallest lowest least",
    "average": "mean",
    "percent": "percentage",
    "liter": "litre litres",
    "meter": "metre metres",
    "center": "centre centres",
}
"""Words that mean the same in questions about footprints, and British spellings."""


@dataclass(frozen=True)
class Word:
    """A word at its place in a text; `stem` is lower case and stemmed."""

    stem: str
    start: int
    end: int
    raw: str

    @property
    def is_name(self) -> bool:
        """Whether it looks like a name or a code: it has capitals or digits."""
        return any(c.isupper() or c.isdigit() for c in self.raw)

    @property
    def has_digit(self) -> bool:
        """Whether it holds a digit."""
        return any(c.isdigit() for c in self.raw)


@dataclass(frozen=True)
class Text:
    """A tidied text with its words."""

    raw: str

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """All words in order, function words included."""
        found = list(_WORD.finditer(self.raw))
        stems = stemmed([m.group().lower() for m in found])
        return tuple(
            Word(s, m.start(), m.end(), m.group()) for s, m in zip(stems, found, strict=True)
        )

    @cached_property
    def stems(self) -> frozenset[str]:
        """The set of stems."""
        return frozenset(word.stem for word in self.words)

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """The words that carry meaning."""
        return tuple(w for w in self.words if w.raw.lower() not in STOPWORDS)


def stemmed(words: list[str]) -> list[str]:
    """Stems of lower-case words; words of `_SAME` share one."""
    stems = Stemmer.Stemmer("english").stemWords(words)
    return [_CANONICAL.get(stem, stem) for stem in stems]


_STEM = Stemmer.Stemmer("english").stemWord
_CANONICAL = {_STEM(w): _STEM(head) for head, words in _SAME.items() for w in words.split()}


def years_in(text: str) -> frozenset[str]:
    """The calendar years that a text names."""
    return frozenset(_YEAR.findall(text))


def tidy(text: str) -> str:
    """Undo what PDFs do to text: ligatures, hyphens at line ends, subscripts, loose points.

    Line ends stay, since the rows of a table are lines; runs of blanks become one.
    """
    text = _LINE_HYPHEN.sub("", text.translate(_LIGATURES))
    text = _SUBSCRIPT.sub("CO2", text)
    text = _GLUED.sub(r"\1 ", _LOOSE_POINT.sub(".", text))
    return "\n".join(" ".join(line.split()) for line in text.split("\n"))


def sentences(text: str) -> list[str]:
    """Split running text at sentence ends, not at the points of common abbreviations."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if _ABBREVIATION.search(text, max(start, end.start() - 12), end.start()):
            continue
        found.append(text[start : end.end()].strip())
        start = end.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]
