"""What counts as the same value and the same citations: as meant, or letter by letter."""

import json
import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from wattrag.datafiles.refs import parse_refs
from wattrag.scoring.blank import BLANK, is_blank
from wattrag.scoring.normalise import normalise
from wattrag.scoring.number import as_number
from wattrag.scoring.value import parse_list


@dataclass(frozen=True)
class Reading:
    """How cells are read before they are compared.

    Attributes:
        value_key: equal for answers that are one vote; text for blank ones.
        citations: the documents of a `ref_id` cell, in its order.
        citations_key: equal for cells that are one vote.
    """

    value_key: Callable[[str], Hashable]
    citations: Callable[[str], tuple[str, ...]]
    citations_key: Callable[[str], Hashable]


def _meant_value(value: str) -> Hashable:
    """`True` and `1`, `2B` and `2000000000`, `4` and `4.0`, `80-90` and `[90, 80]` are one."""
    if is_blank(value):
        return BLANK
    normalised = normalise(value)
    elements = parse_list(normalised)
    if elements is not None:
        return tuple(sorted(map(str, elements)))
    number = as_number(normalised)
    return normalised.strip().lower() if number is None or math.isnan(number) else number


def _meant_citations(cell: str) -> Hashable:
    return frozenset(reference.lower() for reference in parse_refs(cell))


def _raw_value(value: str) -> Hashable:
    return value if value.strip() else BLANK


def _raw_citations(cell: str) -> tuple[str, ...]:
    """Items of a list as they are, the word `is_blank` included; a bare cell is one item."""
    text = cell.strip()
    if text in {"", BLANK}:
        return ()
    try:
        items = json.loads(text.replace("'", '"')) if text.startswith("[") else [text]
    except (ValueError, RecursionError):
        items = [text]
    return tuple(str(item).strip() for item in items if item)


AS_MEANT = Reading(_meant_value, parse_refs, _meant_citations)
LETTER_BY_LETTER = Reading(_raw_value, _raw_citations, lambda cell: cell.strip() or BLANK)
