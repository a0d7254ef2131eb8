"""Sentences: nupunkt's boundaries, corrected for the abbreviations and units of papers."""

import itertools
import re

import nupunkt

# nupunkt was trained on legal text: these it takes for ends of sentences, papers do not.
_WORDS = (
    r"cf|ca|approx|resp|incl|excl|viz|vs|w\.r\.t|a\.k\.a|i\.e|e\.g|et al|Figs?|Eqs?|Eqns?|Refs?|"
    r"Secs?|Sects?|Tabs?|Chs?|Chap|Apps?|Alg|Thm|Def|Nos?|Vols?|pp|Eds?|min|max|avg|Ph\.D|std|M\.Sc|"
    r"B\.Sc|[A-Z]\.-[A-Z]"
)
_LABELS = r"Figure|Table|Fig\.|Tab\.|Exhibit|Listing|Algorithm|Scheme"
_ABBREVIATED = re.compile(rf"(?:\b(?:{_WORDS})|^[([]?(?:\d{{1,2}}|[a-z]))\.$")
_CAPTION_LABEL = re.compile(rf"(?:{_LABELS})\s[A-Z]?[\d.]+\.")  # opens a caption
# It takes one letter before a full stop for an initial; after a number the letter is a unit.
_UNIT_END = re.compile(
    r"\d\s?(?:[hsgtmLlWVAKJNBCF]|[kMGTP]W|[kMGT]Wh|k[gmJ]|[mc]m|[mμµn]s|t|°C|gal|lb)\.(?=\s+[\"“(\[]?[A-Z])"
)
_CITATION_START = re.compile(r"(?:\[\d[\d,;\s\u2013-]*\]\s*)+")  # belongs to the sentence before it
_CJK_END = re.compile(r"[。\uff01\uff1f](?=[^」』”\uff09])")
_STOP_INSIDE = re.compile(r"[.!?…]\S*\s+\S")


def split_sentences(text: str) -> list[str]:
    """The sentences of a paragraph, trimmed, none empty."""
    return [text[start:end] for start, end in sentence_spans(text)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence of `text`, white space between them left out."""
    if not _STOP_INSIDE.search(text) and not _CJK_END.search(text):
        return _trimmed(text, [0, len(text)])
    starts = {start for start, _ in nupunkt.sent_spans(text)}
    starts = {start for start in starts if not _continues(text, start)}
    starts |= {_skip_space(text, match.end()) for match in _UNIT_END.finditer(text)}
    starts |= {match.end() for match in _CJK_END.finditer(text)}
    starts = {_after_citation(text, start) for start in starts}
    return _trimmed(text, [*sorted(starts | {0}), len(text)])


def _continues(text: str, start: int) -> bool:
    """Whether the sentence that nupunkt begins at `start` goes on from the one before."""
    before = text[max(0, start - 24) : start].rstrip()
    if not before:
        return False
    last_words = " ".join(before.split(" ")[-2:])
    if _CAPTION_LABEL.fullmatch(text[:start].strip()):
        return True
    return bool(_ABBREVIATED.search(last_words) or _is_enumerator(text, start))


def _is_enumerator(text: str, start: int) -> bool:
    """Whether all of the sentence before `start` is the number of a list item or heading."""
    before = text[:start].rstrip()
    line = before[before.rfind(". ") + 2 if ". " in before else 0 :]
    return bool(re.fullmatch(r"[([]?(?:\d{1,2}|[a-zA-Z])[.)]", line))


def _after_citation(text: str, start: int) -> int:
    match = _CITATION_START.match(text, start) if start else None
    return match.end() if match else start


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _trimmed(text: str, bounds: list[int]) -> list[tuple[int, int]]:
    spans = []
    for start, end in itertools.pairwise(bounds):
        left = _skip_space(text, start)
        right = start + len(text[start:end].rstrip())
        if left < right:
            spans.append((left, right))
    return spans
