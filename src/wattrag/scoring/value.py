"""The value rule: is the submitted `answer_value` the gold one?"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wattrag.scoring.blank import is_blank
from wattrag.scoring.number import as_number
from wattrag.scoring.remembered import remembered

Element = float | str


@dataclass(frozen=True)
class Tolerance:
    """How far two equal numbers may lie apart, as in `math.isclose`.

    `relative` is a fraction of the larger magnitude; `absolute`, in the answer's unit, is the
    floor for small numbers and the margin of a range.
    """

    relative: float = 1e-3
    absolute: float = 1e-3


DEFAULT_TOLERANCE = Tolerance()


class _Cell(NamedTuple):
    """A value as the rule reads it."""

    blank: bool
    elements: list[Element] | None
    """None if it is no list."""
    number: float | None
    text: str


def value_correct(gold: str, predicted: str, tolerance: Tolerance = DEFAULT_TOLERANCE) -> bool:
    """The first rule that applies decides.

    a) A blank gold value expects nothing: True (abstention is judged by `na`).
    b) List against list: equal elements in any order.
    c) Gold range, single number: the number lies in the range; other gold lists: False.
    d) Two numbers: equal within `tolerance`.
    e) Otherwise: equal text but for case and outer blanks.
    """
    wanted, given = _read(gold), _read(predicted)
    if wanted.blank:
        return True
    if wanted.elements is not None:
        if given.elements is not None:
            return _same_elements(wanted.elements, given.elements, tolerance)
        return _within(wanted.elements, given.number, tolerance)
    if wanted.number is not None and given.number is not None:
        return _close(wanted.number, given.number, tolerance)
    return wanted.text == given.text


@remembered
def _read(value: str) -> _Cell:
    return _Cell(is_blank(value), parse_list(value), as_number(value), value.strip().lower())


def parse_list(text: str) -> list[Element] | None:
    """The elements of `[a, b]` (numbers where they are, else lower-case text) or `{a, b}`.

    Braces hold a set of terms: sorted, unique, text even where they look like numbers. Anything
    else is no list: None.
    """
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return [_element(item) for item in _items(text)]
    if text.startswith("{") and text.endswith("}"):
        terms = (term.strip().lower() for term in text[1:-1].split(","))
        return sorted({term for term in terms if term})
    return None


def _items(text: str) -> list[str]:
    """The list's items as JSON (single quotes allowed), else split at commas."""
    try:
        return ["" if item is None else str(item) for item in json.loads(text.replace("'", '"'))]
    except (ValueError, RecursionError):
        return text[1:-1].split(",")


def _element(item: str) -> Element:
    item = item.strip()
    number = as_number(item)
    return item.lower() if number is None else number


def _same_elements(gold: list[Element], predicted: list[Element], tolerance: Tolerance) -> bool:
    gold_numbers, predicted_numbers = all_numbers(gold), all_numbers(predicted)
    if gold_numbers is None or predicted_numbers is None:
        return sorted(map(_as_text, gold)) == sorted(map(_as_text, predicted))
    if len(gold_numbers) != len(predicted_numbers):
        return False
    pairs = zip(sorted(gold_numbers), sorted(predicted_numbers), strict=True)
    return all(_close(a, b, tolerance) for a, b in pairs)


def all_numbers(elements: Sequence[Element]) -> list[float] | None:
    """The elements as numbers, or None if one of them is text."""
    numbers = [element for element in elements if isinstance(element, float)]
    return numbers if len(numbers) == len(elements) else None


def _as_text(element: Element) -> str:
    return str(element).strip().lower()


def _within(gold: list[Element], number: float | None, tolerance: Tolerance) -> bool:
    bounds = all_numbers(gold)
    if bounds is None or len(bounds) != 2 or number is None:  # noqa: PLR2004 -- a range
        return False
    low, high = sorted(bounds)
    return low - tolerance.absolute <= number <= high + tolerance.absolute


def _close(a: float, b: float, tolerance: Tolerance) -> bool:
    return math.isclose(a, b, rel_tol=tolerance.relative, abs_tol=tolerance.absolute)
