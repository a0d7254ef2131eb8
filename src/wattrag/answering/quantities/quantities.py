"""Finding quantities in text: numbers as people write them, ranges, magnitudes, units."""
# ruff: noqa: RUF001 - dashes, quotes and signs as they are printed

import re
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from wattrag.answering.quantities.units import Unit, unit_at

_NUMBER = re.compile(
    r"(?<![\w.,])(?<![A-Za-z][-–_])(?P<sign>[-−](?=\d))?"
    r"(?P<digits>\d{1,3}(?:,\d{3}|, 000){1,8}|\d{1,30})(?P<fraction>\.\d{1,30})?"
    r"(?P<power>[ ]?[x×·][ ]?10[ ]?\^?\{?(?P<exponent>[-−]?\d{1,2})\}?|[eE](?P<e>[-+]?\d{1,2}))?"
    r"(?!\d|\.\d|,\d{3}(?!\d))"
)
_MAGNITUDE = re.compile(r"[ \n-]?(hundred|thousand|million|billion|trillion)s?\b|[ ]?([KkMBT])\b")
_SCALE = {
    "hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12,
    "K": 3, "k": 3, "M": 6, "B": 9, "T": 12,
}  # fmt: skip
_CURRENCY = re.compile(r"(?:US)?([$€£])[ ]?$")
_CURRENCY_UNIT = {"$": Unit("usd"), "€": Unit("eur"), "£": Unit("gbp")}
_JOINED = re.compile(r"[ ]?(?:[-–—−~∼]|\bto\b|\bup to\b)[ ]?(?:US)?[$€£]?[ ]?")
_AND = re.compile(r",?[ ](?:and|to)[ ](?:US)?[$€£]?")
_BETWEEN = re.compile(
    r"\b(?:between|from)[ \n](?:about |approximately |roughly )?(?:US)?[$€£]?$", re.IGNORECASE
)

_WORD_VALUES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_MULTIPLES = {
    "twice": 2, "double": 2, "doubled": 2, "doubles": 2, "doubling": 2, "twofold": 2, "tripled": 3,
    "triple": 3, "threefold": 3, "tripling": 3, "quadrupled": 4, "fourfold": 4, "fivefold": 5,
    "tenfold": 10,
}  # fmt: skip
_WORDY = re.compile(
    r"(?<![\w-])(" + "|".join([*_WORD_VALUES, *_MULTIPLES]) + r")(?!\w)", re.IGNORECASE
)


_CONVERTED = Context(prec=10)
"""Conversions keep ten digits: more would be noise of the factor."""


@dataclass(frozen=True)
class Quantity:
    """A number, or a range if `high` is set, at its place in a text."""

    start: int
    end: int
    """Behind the unit, if there is one."""
    low: Decimal
    high: Decimal | None = None
    unit: Unit | None = None
    scaled: bool = False
    """Whether a magnitude (million, K, B) is already multiplied in."""
    spelled: bool = False
    """Whether it is a number word."""

    def times(self, factor: Decimal) -> "Quantity":
        """The same quantity with its numbers multiplied."""
        if factor == 1:
            return self
        high = None if self.high is None else _CONVERTED.multiply(self.high, factor)
        return replace(self, low=_CONVERTED.multiply(self.low, factor), high=high)


def quantities(text: str) -> list[Quantity]:
    """All quantities in `text`, in order; the two ends of a range make one.

    Knows thousands separators, decimals, `1.2e3` and `1.2 x 10^3`, million and K/M/B/T, currency
    signs, units, number words up to ninety and `twice`. A run of digits longer than any number
    that people write is skipped. Time grows linearly with the text.
    """
    return list(_quantities(text))


@lru_cache(maxsize=8192)
def _quantities(text: str) -> tuple[Quantity, ...]:
    # Kept, since a sentence is looked at for every question that it is evidence for.
    singles = [q for m in _NUMBER.finditer(text) if (q := _single(text, m)) is not None]
    singles += [_wordy(text, m) for m in _WORDY.finditer(text)]
    singles.sort(key=lambda q: q.start)
    found: list[Quantity] = []
    for quantity in singles:
        if found and quantity.start < found[-1].end:
            continue
        joined = _joined(text, found[-1], quantity) if found else None
        if joined is not None:
            found[-1] = joined
        else:
            found.append(quantity)
    return tuple(found)


def plain(value: Decimal) -> str:
    """A number without separators, exponent or trailing zeros: `1200000`, `0.18`."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def significant_digits(value: Decimal) -> int:
    """Digits of a number without leading and trailing zeros: 2 for 5400000 and for 0.054."""
    return len(value.normalize().as_tuple().digits)


def rounded(value: Decimal, digits: int) -> Decimal:
    """`value` rounded half up to a number of significant digits."""
    return Context(prec=digits, rounding=ROUND_HALF_UP).plus(value)


def formatted(quantity: Quantity) -> str:
    """A quantity as an answer value: a plain number, or `[lo,hi]`."""
    if quantity.high is None:
        return plain(quantity.low)
    return f"[{plain(quantity.low)},{plain(quantity.high)}]"


def _single(text: str, match: re.Match[str]) -> Quantity | None:
    value = Decimal(match["digits"].replace(",", "").replace(" ", "") + (match["fraction"] or ""))
    if match["digits"].startswith("0") and len(match["digits"]) > 1:
        return None  # part of a date or a code
    exponent = match["exponent"] or match["e"]
    if exponent:
        value = value.scaleb(int(exponent.replace("−", "-")))
    if match["sign"]:
        value = -value
    end = match.end()
    magnitude = _MAGNITUDE.match(text, end)
    if magnitude:
        value, end = value.scaleb(_SCALE[magnitude[1] or magnitude[2]]), magnitude.end()
    currency = _CURRENCY.search(text, max(0, match.start() - 4), match.start())
    if currency:
        return _priced(text, match.start(), end, value, currency[1], scaled=bool(magnitude))
    found = unit_at(text, end)
    unit, end = found or (None, end)
    if end < len(text) and text[end].isalnum() and found is None and not magnitude:
        return None  # a code such as 4xT4 or 13th, not a number
    return Quantity(match.start(), end, value, None, unit, scaled=bool(magnitude))


def _priced(
    text: str, start: int, end: int, value: Decimal, sign: str, *, scaled: bool
) -> Quantity:
    """A price; what it is per follows the number: `$0.762/h`."""
    unit = _CURRENCY_UNIT[sign]
    per = unit_at(sign + text[end : end + 40], 0)
    if per is not None and per[0].per is not None:
        unit, end = Unit(unit.dimension, per=per[0].per), end + per[1] - 1
    return Quantity(start, end, value, None, unit, scaled=scaled)


def _wordy(text: str, match: re.Match[str]) -> Quantity:
    word = match[1].lower()
    if word in _MULTIPLES:
        unit = Unit("multiplier")
        return Quantity(
            match.start(), match.end(), Decimal(_MULTIPLES[word]), None, unit, spelled=True
        )
    found = unit_at(text, match.end())
    unit_found, end = found or (None, match.end())
    value = Decimal(_WORD_VALUES[word])
    return Quantity(match.start(), end, value, None, unit_found, spelled=True)


def _joined(text: str, low: Quantity, high: Quantity) -> Quantity | None:
    """The range from `low` to `high` if the text between them says so, or None."""
    if low.high is not None or high.high is not None or high.start - low.end > _GAP:
        return None
    between = text[low.end : high.start]
    opened = _BETWEEN.search(text, max(0, low.start - 30), low.start)
    negative = text[high.start] in "-−" and between.strip() == ""
    if not (_JOINED.fullmatch(between) or negative or (opened and _AND.fullmatch(between))):
        return None
    top = abs(high.low) if negative else high.low
    bottom = low.low
    if high.scaled and not low.scaled and bottom < _SMALL:
        bottom = _rescaled(bottom, text[high.start : high.end])
    if low.unit and high.unit:
        factor = low.unit.to(high.unit)
        if factor is None:
            return None
        bottom *= factor
    if not bottom < top:
        return None
    unit = high.unit or low.unit
    return Quantity(low.start, high.end, bottom, top, unit, low.scaled or high.scaled)


_GAP = 12
_SMALL = 1000


def _rescaled(value: Decimal, text: str) -> Decimal:
    """`value` with the magnitude that stands behind the number in `text`."""
    magnitude = re.search(
        r"(hundred|thousand|million|billion|trillion)s?\b|(?<=\d)[ ]?([KkMBT])\b", text
    )
    return value.scaleb(_SCALE[magnitude[1] or magnitude[2]]) if magnitude else value
