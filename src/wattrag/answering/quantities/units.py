"""Units: recognising them after (or before) a number and converting between them.

A unit is a dimension, a factor to the dimension's base unit, and what it is `per`.
"""
# ruff: noqa: RUF001 - signs as they are printed

import re
from dataclasses import dataclass
from decimal import Decimal

from wattrag.answering.quantities.unit_table import SYMBOLS, WORDS


@dataclass(frozen=True)
class Unit:
    """A unit of measurement, e.g. L/kWh: `volume`, 1, per `("energy", 1000)`."""

    dimension: str
    factor: Decimal = Decimal(1)
    per: "Unit | None" = None

    @property
    def is_rate(self) -> bool:
        """Whether it is per time or per item: the amount of a year, a request."""
        if self.per is None:
            return False
        return self.per.dimension in {"time", "month"} or self.per.dimension.startswith("count")

    def to(self, other: "Unit") -> Decimal | None:
        """The factor from this unit to `other`, or None if they measure different things."""
        if self.dimension != other.dimension or (self.per is None) != (other.per is None):
            return None
        factor = self.factor / other.factor
        if self.per is None or other.per is None:
            return factor
        below = self.per.to(other.per)
        return None if below is None else factor / below


_TOKEN = re.compile(r"[ \n-]?(US\$|[%×$€£]|°C|[A-Za-zµμ]+[23²³]?)(?![A-Za-z0-9])")
_CARBON_MASS = re.compile(
    r"[ \n]?(mg|g|[kK]g|t|kt|Mt|Gt|MT|lbs?)[ ]?-?CO(?:2|₂)(?:[ -]?(?:equivalents?|eq|e))?"
    r"(?![A-Za-z0-9])"
)
_OF_CARBON = re.compile(
    r"[ \n](?:of )?(?:carbon(?: dioxide)?|CO(?:2|₂))(?:[ -]?(?:equivalents?|eq|e))?(?![A-Za-z0-9])"
)
_CUBIC = re.compile(r"[ \n-]?(cubic|square) (kilo|centi)?met(?:er|re)s?(?![A-Za-z])", re.IGNORECASE)
_QUALIFIER = re.compile(r"[ \n-]?(?:metric|net)[ \n]", re.IGNORECASE)
_HOURS = re.compile(r"[ -]?(?:hours?|hrs?|h)(?![A-Za-z])", re.IGNORECASE)
_PER = re.compile(r" ?/ ?(?=[A-Za-z])|(?: of [A-Za-z]{1,15})?[ \n]per[ \n](?=[A-Za-z])")
_ANY_WORD = re.compile(r"[A-Za-z]{1,30}")


def unit_at(text: str, position: int) -> tuple[Unit, int] | None:
    """The unit that starts at `position`, after at most one blank or hyphen, and its end."""
    found = _simple(text, position)
    if found is None:
        return None
    unit, end = found
    per = _PER.match(text, end)
    if per is None:
        return found
    below = _simple(text, per.end())
    if below is not None:
        return Unit(unit.dimension, unit.factor, below[0]), below[1]
    word = _ANY_WORD.match(text, per.end())
    if word is None:
        return found
    return Unit(unit.dimension, unit.factor, Unit(_countable(word[0]))), word.end()


def parse_unit(text: str) -> Unit | None:
    """The unit that a whole cell such as `kgCO2e/kWh` or `metric tons` names, or None."""
    text = text.strip(" .()\n")
    found = unit_at(text, 0)
    return found[0] if found and found[1] == len(text) else None


def units_in(header: str) -> list[tuple[Unit, Decimal]]:
    """The units that a table's header states, with the magnitude of its numbers.

    A unit counts in brackets or at the end: `Energy (MWh)`, `Cost (million $)`, `Latency, s`.
    """
    whole = parse_unit(header)
    found = [(whole, Decimal(1))] if whole is not None else []
    for match in _STATED.finditer(header):
        text = match[1] or match[2]
        scale = _MAGNITUDE.match(text)
        if scale:
            text = text[scale.end() :]
        unit = parse_unit(text.removeprefix("in ")) or (Unit("usd") if "$" in match[0] else None)
        if unit is not None:
            found.append((unit, Decimal(_SCALES[scale[1].lower()]) if scale else Decimal(1)))
    return found


_STATED = re.compile(
    r"[(\[]([^()\[\]]{1,30})[)\]]|(?:, (?:in )?|\bin )((?:1,000 )?[^,().]{1,30})(?=$|[,.])"
)
_MAGNITUDE = re.compile(r"(1[, ]?000|thousand|million|billion|trillion|k|M)\b ?", re.IGNORECASE)
_SCALES = {"1000": "1e3", "1,000": "1e3", "1 000": "1e3", "thousand": "1e3", "million": "1e6",
           "billion": "1e9", "trillion": "1e12", "k": "1e3", "m": "1e6"}  # fmt: skip


def _simple(text: str, position: int) -> tuple[Unit, int] | None:
    qualifier = _QUALIFIER.match(text, position)
    position = qualifier.end() if qualifier else position
    carbon = _CARBON_MASS.match(text, position)
    if carbon:
        return Unit("mass", Decimal(SYMBOLS[carbon[1]][1])), carbon.end()
    cubic = _CUBIC.match(text, position)
    if cubic:
        return _powered(cubic), cubic.end()
    token = _TOKEN.match(text, position)
    known = token and (SYMBOLS.get(token[1]) or WORDS.get(token[1].lower()))
    if token is None or not known:
        return None
    dimension, end = known[0], token.end()
    if dimension == "power" and (hours := _HOURS.match(text, end)):
        dimension, end = "energy", hours.end()
    if dimension == "mass" and (of_carbon := _OF_CARBON.match(text, end)):
        end = of_carbon.end()
    return Unit(dimension, Decimal(known[1])), end


def _powered(match: re.Match[str]) -> Unit:
    """Square and cubic metres; a cubic metre is 1000 litres."""
    length = {"kilo": Decimal(1000), "centi": Decimal("0.01")}.get(
        (match[2] or "").lower(), Decimal(1)
    )
    if match[1].lower() == "square":
        return Unit("area", length**2)
    return Unit("volume", length**3 * 1000)


def _countable(word: str) -> str:
    return "count of " + word.lower().removesuffix("s")
