"""Text as the reader compares it: tidied lines, sentences, stemmed words with their places."""
# ruff: noqa: RUF001 - dashes, quotes and signs as they are printed

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import Stemmer

from wattrag.answering.extractive.vocabulary import SAME, STOPWORDS

_LIGATURES = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl", "\u00ad": ""})
_LINE_HYPHEN = re.compile(r"(?<=[a-z])-\n[ \t]*(?=[a-z])")
_SUBSCRIPT = re.compile(r"CO[ \t]{0,4}(?:₂|2)(?![0-9])(?:[ \t]{1,4}(?=e\b|eq\b))?")
_LOOSE_POINT = re.compile(r"(?<=\d) \.(?=\d)")
YEAR = re.compile(r"(?<![\w.,])(?:19|20)\d\d(?![\w]|[.,]\d)")
_GLUED = re.compile(
    r"(?<![A-Za-z])(a|about|and|by|for|from|in|is|of|only|or|than|to|was)(?=[$€£]?\d)"
)
_WORD = re.compile(r"[^\W_]+(?:[.,]\d[^\W_]*)*")
_DIGIT = re.compile(r"\d")
_END = re.compile(r"(?<=[.!?])[\"'”’)\]]{0,3}\s+(?=[\"'“‘(\[●•]{0,2}[A-Z0-9●•])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Figs?|Tab|Secs?|Eqs?|Refs?|No|Nos|vs|al|approx|ca|cf|Dr|Mr|Ms|St|Inc|Ltd|resp|U\.S"
    r"|e\.g|i\.e)|\b[A-Z])\.$"
)


class Word(NamedTuple):
    """A word at its place in a text; `stem` is lower case and stemmed."""

    stem: str
    start: int
    end: int
    raw: str

    @property
    def carries_meaning(self) -> bool:
        """Whether it is neither a function word nor a single letter."""
        single = len(self.raw) == 1 and self.raw.isalpha()
        return not single and self.raw.lower() not in STOPWORDS

    @property
    def is_name(self) -> bool:
        """Whether it looks like a name or a code: it has capitals or digits."""
        return self.raw != self.raw.lower() or self.has_digit

    @property
    def has_digit(self) -> bool:
        """Whether it holds a digit."""
        return _DIGIT.search(self.raw) is not None


@dataclass(frozen=True)
class Text:
    """A tidied text with its words."""

    raw: str

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """All words in order, function words included."""
        return tuple(
            Word(stem(m.group()), m.start(), m.end(), m.group()) for m in _WORD.finditer(self.raw)
        )

    @cached_property
    def stems(self) -> frozenset[str]:
        """The set of stems."""
        return frozenset(word.stem for word in self.words)

    @cached_property
    def codes(self) -> frozenset[str]:
        """Names with their number, however joined: `gpt4` for GPT-4 and GPT 4."""
        pairs = zip(self.words, self.words[1:], strict=False)
        return frozenset(
            f"{a.raw}{b.raw}".lower()
            for a, b in pairs
            if b.start - a.end == 1 and b.has_digit and a.is_name
        )

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """The words that carry meaning."""
        return tuple(w for w in self.words if w.carries_meaning)


def _singular(word: str) -> str:
    """An acronym without its plural s: `GPU` of `GPUs`."""
    return word[:-1] if word.endswith("s") and word[:-1].isupper() else word


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a word, in lower case; words of `SAME` share one."""
    found = str(_stemmer().stemWord(_singular(word).lower()))
    return _CANONICAL.get(found, found)


def _stemmer() -> Stemmer.Stemmer:
    # A stemmer must not be shared between threads; making one costs microseconds.
    return Stemmer.Stemmer("english")


_CANONICAL: dict[str, str] = {
    _stemmer().stemWord(word): _stemmer().stemWord(head)
    for head, words in SAME.items()
    for word in words.split()
}


def years_in(text: str) -> frozenset[str]:
    """The calendar years that a text names."""
    return frozenset(YEAR.findall(text))


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
