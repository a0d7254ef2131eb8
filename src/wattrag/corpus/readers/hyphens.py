"""Lines into text: words broken at a line's end are made whole, compounds keep their hyphen."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

SOFT_HYPHEN = "\u00ad"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-\u2010]$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_HYPHENATED = re.compile(r"[^\W\d_]+-[^\W\d_]")
JOINING = "-\u2010/"  # a line that ends so is followed without a space
MAX_WORD = 64  # characters
ALWAYS_HYPHENATED = {"self", "well", "quasi"}
_MIN_COMPOUND_PART = 4  # shorter parts are syllables more often than words


@dataclass(frozen=True)
class Vocabulary:
    """The words of a document and how often each occurs, in lower case."""

    text: str

    @classmethod
    def of(cls, text: str) -> "Vocabulary":
        """The vocabulary of `text`, whose lines are those of the document."""
        return cls(text)

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each word occurs, those broken at a line's end left out.

        Counted when the first broken word asks: many documents have none.
        """
        return Counter(_WORD.findall("\n".join(_whole_words(self.text)).casefold()))

    def keeps_hyphen(self, left: str, right: str) -> bool:
        """Whether `left-right`, broken at its hyphen, is a compound rather than one word."""
        compound = self.counts[f"{left}-{right}".casefold()]
        whole = self.counts[f"{left}{right}".casefold()]
        if compound or whole:
            return compound > whole
        if "-" in left or right[0].isupper() or left.casefold() in ALWAYS_HYPHENATED:
            return True
        left, right = left.casefold(), right.casefold()
        both = self.counts[left] > 0 and self.counts[right] > 0
        return both and min(len(left), len(right)) >= _MIN_COMPOUND_PART


def _whole_words(text: str) -> Iterator[str]:
    """The lines of `text` without the parts of words that a line's end has broken."""
    is_rest = False
    for line in text.split("\n"):
        if is_rest:
            line = line.lstrip().partition(" ")[2]  # noqa: PLW2901
        is_rest = line.rstrip().endswith(("-", "\u2010"))
        yield line.rstrip().rpartition(" ")[0] if is_rest else line


def join_lines(lines: Iterable[str], vocabulary: Vocabulary) -> str:
    """Join lines into running text with single spaces."""
    text = ""
    for line in lines:
        cleaned = " ".join(line.split())
        if cleaned:
            text = append_line(text, cleaned, vocabulary)
    return text.replace(SOFT_HYPHEN, "")


def append_line(text: str, line: str, vocabulary: Vocabulary) -> str:
    """`text` continued by `line`: with a space, or as one word where the hyphen was a break."""
    if not text:
        return line
    if text.endswith(SOFT_HYPHEN):
        return text[:-1] + line
    if text[-1] not in JOINING:
        return _spaced(text, line)
    broken, first = _BROKEN.search(text[-MAX_WORD:]), _FIRST_WORD.match(line)
    if broken and first:
        goes_on = _HYPHENATED.match(line) is not None  # `speech-` and `to-text`
        keeps = goes_on or vocabulary.keeps_hyphen(broken.group(1), first.group())
        return (text if keeps else text[:-1]) + line
    if len(text) > 1 and not text[-2].isspace() and line[0].isalnum():
        return text + line
    return _spaced(text, line)


def _spaced(text: str, line: str) -> str:
    """Chinese and Japanese join what is around them without a space."""
    return text + line if _is_cjk(text[-1]) or _is_cjk(line[0]) else f"{text} {line}"


def _is_cjk(character: str) -> bool:
    return "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"
