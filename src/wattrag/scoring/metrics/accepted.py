"""The answers that a gold cell accepts."""

from wattrag.datafiles.lists import read_list
from wattrag.scoring.blank import is_blank

SEPARATOR = "||"


def accepted(gold: str) -> tuple[str, ...]:
    """The acceptable answers of a gold cell; none if the question is unanswerable.

    A cell is a JSON or Python list of answers, answers separated by `||`, or one answer.
    Blank answers do not count: a cell without any other makes the question unanswerable.
    """
    listed = read_list(gold)
    answers = gold.split(SEPARATOR) if listed is None else map(str, listed)
    return tuple(dict.fromkeys(a.strip() for a in answers if not is_blank(a)))
