"""A reader's value in the form of a submission, once, where it comes in.

Differences of writing go (`1,287 MWh`, `about 0.5`, `80-90`, `True.`); a unit is converted only
into the one that the question states. What cannot be told for sure stays as it was given.
"""
# ruff: noqa: RUF001 - dashes, quotes and signs as they are printed

import json
import re
from decimal import Decimal, InvalidOperation

from wattrag.answering.quantities.quantities import Quantity, formatted, plain, quantities
from wattrag.answering.quantities.units import Unit, parse_unit
from wattrag.answering.records import BLANK
from wattrag.datafiles.questions import asks_true_or_false

LONGEST_VALUE = 500
"""Characters; what is longer is no value but a text."""
LARGEST_EXPONENT = 60
"""Decimal digits before or behind the point; no quantity of the field has as many."""

QUOTE_MARKS = "\"'“”‘’`"

_BLANKS = {"", BLANK, "is blank", "blank", "na", "n/a", "none", "null", "unknown", "not found"}
_TRUTH = {"true": "1", "yes": "1", "false": "0", "no": "0"}
_TRUTH_WORD = re.compile(r"\b(true|false|yes|no)\b", re.IGNORECASE)
_NO_NUMBER = re.compile(r"[-+]?(?:nan|inf(?:inity)?)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_GROUPED = re.compile(r"([-+]?\d{1,3})((?:[,_ \u00a0\u202f']\d{3})+)(\.\d+)?")
_HEDGE = re.compile(
    r"^(?:(?:about|approximately|approx\.?|around|circa|ca\.|nearly|roughly|over|under|almost"
    r"|up to|at (?:least|most)|(?:more|less|greater|fewer) than)\s+|[~≈><]\s*)",
    re.IGNORECASE,
)
_MEASURED = re.compile(r"([-+\d.,eE]*\d) ?(\D.*)")
_CURRENCIES = ("$", "US$", "€", "£")
_PERCENT = Unit("percent")
_DASHES = str.maketrans({"−": "-", "–": "-", "—": "-"})


class NoValueError(ValueError):
    """What stands for a value is none: not finite, beyond all measure, or a whole text."""


def normalised(value: str, question: str, unit: str) -> str:
    """A value in the form of a submission; normalising it again changes nothing.

    Args:
        value: as the reader gave it.
        question: whose answer it is: a True/False question is answered with 1 or 0.
        unit: that the question states; empty or `is_blank` for none.

    Raises:
        NoValueError: it is no value.
    """
    text = " ".join(value.split()).strip(QUOTE_MARKS)
    if text.casefold().strip(".") in _BLANKS:
        return BLANK
    _check_length(text)
    if asks_true_or_false(question) and (truth := _truth(text)) is not None:
        return truth
    listed = _listed(text, unit)
    found = listed if listed is not None else _single(text, unit)
    _check_length(found)
    return found


def _check_length(text: str) -> None:
    if len(text) > LONGEST_VALUE:
        raise NoValueError(f"a value of {len(text)} characters")


def _truth(text: str) -> str | None:
    """1 or 0 if the text says one of them and not the other."""
    said = {_TRUTH[word.casefold()] for word in _TRUTH_WORD.findall(text)}
    if re.fullmatch(r"[01](?:\.0*)?", text):
        said = {text[0]}
    return said.pop() if len(said) == 1 else None


def _listed(text: str, unit: str) -> str | None:
    """A list in brackets, each item for itself; None if it is none."""
    if not (text.startswith("[") and text.endswith("]")):
        return None
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        items = [item.strip(f"{QUOTE_MARKS} ") for item in text[1:-1].split(",")]
    if not isinstance(items, list) or any(isinstance(item, list | dict) for item in items):
        return text
    parts = [_single(_written(item), unit) for item in items]
    if all(_NUMBER.fullmatch(part) for part in parts):
        return f"[{','.join(parts)}]"
    return json.dumps(parts, ensure_ascii=False)


def _written(item: object) -> str:
    return " ".join((item if isinstance(item, str) else json.dumps(item)).split())


def _single(text: str, unit: str) -> str:
    if text.casefold() in {"true", "false"}:
        return _TRUTH[text.casefold()]
    bare = _HEDGE.sub("", text.translate(_DASHES)).strip().rstrip(".")
    if _NO_NUMBER.fullmatch(bare):
        raise NoValueError(f"the value '{text}' is no number")
    grouped = _GROUPED.fullmatch(bare)
    if grouped:
        bare = grouped[1] + re.sub(r"\D", "", grouped[2]) + (grouped[3] or "")
    if _NUMBER.fullmatch(bare):
        return _finite(bare)
    measured = _MEASURED.fullmatch(bare)
    if measured and measured[2].casefold() == unit.strip().casefold():
        return _single(measured[1], "")
    found = _quantity(bare, unit)
    return text if found is None else formatted(found)


def _finite(number: str) -> str:
    try:
        value = Decimal(number)
    except InvalidOperation:  # an exponent that not even Python can hold
        value = None
    if value is None or (value and abs(value.adjusted()) > LARGEST_EXPONENT):
        raise NoValueError(f"the value '{number[:40]}' is beyond all measure")
    if "e" not in number.lower():
        return number.removeprefix("+")
    return plain(value) if value else "0"


def _quantity(text: str, unit: str) -> Quantity | None:
    """The quantity that the text is, in the unit asked for; None if it is more, or another."""
    found = quantities(text)
    if len(found) != 1 or found[0].spelled or text[found[0].end :].strip():
        return None
    [quantity] = found
    if text[: quantity.start].strip() not in {"", *_CURRENCIES}:
        return None
    if quantity.unit is None or quantity.unit == _PERCENT:
        return quantity
    asked = parse_unit(unit)
    factor = quantity.unit.to(asked) if asked is not None else None
    return None if factor is None else quantity.times(factor)
