"""Abstention: was an unanswerable question left blank?"""

from wattrag.scoring.blank import is_blank


def na_correct(predicted: str, *, unanswerable: bool) -> bool | None:
    """Whether an unanswerable question was left blank; None for an answerable one.

    The score is their recall: the mean over unanswerable questions alone. An abstention from an
    answerable question costs nothing here, it already loses the value.
    """
    return is_blank(predicted) if unanswerable else None
