"""Numbers that are no quantities: citations, years, versions, the numbers of figures."""
# ruff: noqa: RUF001 - dashes and signs as they are printed

import re
from decimal import Decimal
from functools import lru_cache

from wattrag.answering.extractive.passages import Passage
from wattrag.answering.extractive.question import Target
from wattrag.answering.extractive.text import YEAR, Text
from wattrag.answering.quantities.quantities import Quantity

_CITED = re.compile(r"\[[\d,;\s–-]{1,60}\]|\barXiv:\S{1,20}|\bdoi:?\S{1,60}|https?:\S{1,200}")
_LABELLED = re.compile(
    r"(?:\b(?:Fig(?:ure|s|ures)?|Tab(?:le|les)?|Sec(?:tion|tions|s)?|Eq(?:uation|n|s)?|Appendix|Chapter"
    r"|Algorithm|Listing|Step|Pages?|pp?|Vol(?:ume)?|No|Version|Art(?:icle)?|Recital|Annex|Ref|Scope"
    r"|Tier|Phase|Part|Lemma|Theorem|Note|Row|Column|Item|Footnote)\b\.?|§)[ \n]?\(?$",
    re.IGNORECASE,
)
_MEASURE = re.compile(r"\b(?:per|in units of) $")
_SCALES = frozenset(Decimal(10) ** power for power in (3, 6, 9, 12))
_VERSION_OF = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][A-Za-z]*[a-z][\w-]* $")
_LEAD = 30
"""Characters before a number that say what it is."""


def only_points(quantity: Quantity, passage: Passage, target: Target | None) -> bool:
    """Whether a number only points somewhere: a citation, a figure's number, a year, a version."""
    lead = passage.text.raw[max(0, quantity.start - _LEAD) : quantity.start]
    if _is_cited(quantity, passage) or _LABELLED.search(lead) or _MEASURE.search(lead):
        return True
    if lead.endswith("in ") and quantity.low in _SCALES:
        return True  # in 1,000 cubic metres
    if quantity.unit is not None or quantity.spelled:
        return False
    nouns = target.nouns if target is not None else frozenset()
    if passage.row is None and _VERSION_OF.search(lead) and _last_stem(lead) not in nouns:
        return True
    return "year" not in nouns and YEAR.match(passage.text.raw, quantity.start) is not None


def _is_cited(quantity: Quantity, passage: Passage) -> bool:
    return any(start <= quantity.start < end for start, end in _cited(passage.text.raw))


@lru_cache(maxsize=8192)
def _cited(text: str) -> tuple[tuple[int, int], ...]:
    # Kept, as quantities are: it is asked for each of them, and again for other questions.
    return tuple(match.span() for match in _CITED.finditer(text))


def _last_stem(text: str) -> str:
    words = Text(text).words
    return words[-1].stem if words else ""
