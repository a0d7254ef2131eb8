"""What counts as an abstention."""

from wattrag.scoring.remembered import remembered

BLANK = "is_blank"
_TOKENS = frozenset({"", "na", "n/a", BLANK})
_SENTENCE = "unable to answer with confidence based on the provided documents"


@remembered
def is_blank(value: str) -> bool:
    """True for an empty cell, `NA`, `N/A`, `is_blank` or the standard sentence, in any case.

    `none`, `null` and `nan` are answers like any other text.
    """
    text = value.strip().lower()
    return text in _TOKENS or text.startswith(_SENTENCE)
