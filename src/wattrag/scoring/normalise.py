"""Normalising a submitted value: differences of format alone shall not cost the point."""

import re

from wattrag.scoring.blank import is_blank
from wattrag.scoring.number import as_number, written
from wattrag.scoring.remembered import remembered

_BOOLEANS = {"true": "1", "yes": "1", "false": "0", "no": "0"}
_HEDGE = re.compile(
    r"(?:(?:more|less|greater|fewer)\s+than|at\s+(?:least|most)|up\s+to|approximately|about|around"
    r"|over|under|nearly|roughly)\s+|[~≈><]\s*",
    re.IGNORECASE,
)
_MAGNITUDE = re.compile(r"(-?\d+(?:\.\d+)?)\s*([KkMmBbTt])")
_FACTORS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_RANGE = re.compile(
    r"(?:from\s+)?(-?[\d.]+)\s*(?:[-\N{EN DASH}\N{EM DASH}]|to)\s*(-?[\d.]+)", re.IGNORECASE
)


@remembered
def normalise(value: str) -> str:
    """The value as the gold answers are written; never applied to gold itself.

    In this order: blank values stay as they are; `true`/`yes` become `1`, `false`/`no` `0`;
    thousands commas go if a number remains; one leading hedge goes ("about 4", "~4"); a
    magnitude suffix is multiplied out ("2B"); a range becomes a sorted list ("80-90" is
    "[80,90]"). Percent signs, unit words and spelled magnitudes ("2 million") stay.
    """
    text = value.strip()
    if is_blank(text):
        return text
    if (boolean := _BOOLEANS.get(text.lower())) is not None:
        return boolean
    text = _without_hedge(_without_commas(text))
    return _expanded(text) or _range_as_list(text) or text


def _without_commas(text: str) -> str:
    joined = text.replace(",", "")
    return text if as_number(joined) is None else joined


def _without_hedge(text: str) -> str:
    hedge = _HEDGE.match(text)
    return _without_commas(text[hedge.end() :].strip()) if hedge else text


def _expanded(text: str) -> str | None:
    match = _MAGNITUDE.fullmatch(text)
    if match is None:
        return None
    return written(float(match[1]) * _FACTORS[match[2].upper()])


def _range_as_list(text: str) -> str | None:
    match = _RANGE.fullmatch(text)
    bounds = [as_number(bound) for bound in match.groups()] if match else []
    numbers = sorted(bound for bound in bounds if bound is not None)
    if len(numbers) != 2:  # noqa: PLR2004 -- a range has two bounds
        return None
    return f"[{written(numbers[0])},{written(numbers[1])}]"
