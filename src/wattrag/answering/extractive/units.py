"""Units: recognising them after (or before) a number and converting between them.

A unit is a dimension, a factor to the dimension's base unit, and what it is `per`. Factors are
exact by definition (SI; pound and US gallon: NIST Handbook 44, appendix C).
"""

import re
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Unit:
    """A unit of measurement, e.g. L/kWh: `volume`, 1, per `("energy", 1000)`."""

    dimension: str
    factor: Decimal = Decimal(1)
    per: "Unit | None" = None

    def to(self, other: "Unit") -> Decimal | None:
        """The factor from this unit to `other`, or None if they measure different things."""
        if self.dimension != other.dimension or (self.per is None) != (other.per is None):
            return None
        factor = self.factor / other.factor
        if self.per is None or other.per is None:
            return factor
        below = self.per.to(other.per)
        return None if below is None else factor / below


def _si(dimension: str, prefixes: dict[str, str], *names: str) -> dict[str, tuple[str, str]]:
    return {p + n: (dimension, f) for p, f in prefixes.items() for n in names}


def _joules(prefixes: dict[str, str], *names: str) -> dict[str, tuple[str, str]]:
    in_joules = _si("energy", prefixes, *names)
    return {name: (d, str(Decimal(f) / 3600)) for name, (d, f) in in_joules.items()}


_SYMBOL_PREFIX = {"": "1", "k": "1e3", "M": "1e6", "G": "1e9", "T": "1e12", "P": "1e15"}
_WORD_PREFIX = {"": "1", "kilo": "1e3", "mega": "1e6", "giga": "1e9", "tera": "1e12", "peta": "1e15"}

_SYMBOLS: dict[str, tuple[str, str]] = {
    **_si("energy", _SYMBOL_PREFIX, "Wh"),
    **_joules(_SYMBOL_PREFIX, "J"),
    **_si("power", {**_SYMBOL_PREFIX, "m": "1e-3"}, "W"),
    **_si("data", _SYMBOL_PREFIX, "B"),
    **_si("bandwidth", {k: v for k, v in _SYMBOL_PREFIX.items() if k}, "bps", "b/s"),
    **_si("frequency", _SYMBOL_PREFIX, "Hz"),
    **_si("volume", {"": "1", "m": "1e-3", "k": "1e3", "M": "1e6", "G": "1e9"}, "L"),
    **_si("volume", {"": "1", "m": "1e-3"}, "l"),
    "GiB": ("data", "1073741824"), "MiB": ("data", "1048576"), "TiB": ("data", "1099511627776"),
    "KWh": ("energy", "1e3"), "KW": ("power", "1e3"), "KB": ("data", "1e3"),
    "mg": ("mass", "1e-3"), "g": ("mass", "1"), "kg": ("mass", "1e3"), "Kg": ("mass", "1e3"),
    "t": ("mass", "1e6"), "kt": ("mass", "1e9"), "Mt": ("mass", "1e12"), "Gt": ("mass", "1e15"),
    "MT": ("mass", "1e6"), "lb": ("mass", "453.59237"), "lbs": ("mass", "453.59237"),
    "ug": ("mass", "1e-6"), "µg": ("mass", "1e-6"), "μg": ("mass", "1e-6"),
    "ns": ("time", "1e-9"), "us": ("time", "1e-6"), "µs": ("time", "1e-6"),
    "ms": ("time", "1e-3"), "s": ("time", "1"), "h": ("time", "3600"),
    "nm": ("length", "1e-9"), "mm": ("length", "1e-3"), "cm": ("length", "1e-2"),
    "m": ("length", "1"), "km": ("length", "1e3"),
    "m2": ("area", "1"), "m²": ("area", "1"), "m3": ("volume", "1e3"), "m³": ("volume", "1e3"),
    "%": ("percent", "1"), "x": ("multiplier", "1"), "×": ("multiplier", "1"),
    "X": ("multiplier", "1"), "°C": ("temperature", "1"), "FLOPs": ("flop", "1"),
    "FLOPS": ("flop", "1"), "FLOP": ("flop", "1"),
    "$": ("usd", "1"), "USD": ("usd", "1"), "US$": ("usd", "1"), "€": ("eur", "1"),
    "EUR": ("eur", "1"), "£": ("gbp", "1"), "GBP": ("gbp", "1"),
}  # fmt: skip
del _SYMBOLS["B"]  # after a number it means billion

_WORDS: dict[str, tuple[str, str]] = {
    **_si("power", _WORD_PREFIX, "watt", "watts"),
    **_si("energy", _WORD_PREFIX, "watthour", "watthours"),
    **_joules(_WORD_PREFIX, "joule", "joules"),
    **_si("data", _WORD_PREFIX, "byte", "bytes"),
    **_si("frequency", _WORD_PREFIX, "hertz"),
    **_si("volume", {"": "1", "milli": "1e-3", "kilo": "1e3", "mega": "1e6"}, "liter", "liters",
          "litre", "litres"),
    **_si("mass", {"": "1", "milli": "1e-3", "kilo": "1e3"}, "gram", "grams"),
    **_si("length", {"": "1", "kilo": "1e3", "centi": "1e-2"}, "meter", "meters", "metre", "metres"),
    "ton": ("mass", "1e6"), "tons": ("mass", "1e6"), "tonne": ("mass", "1e6"),
    "tonnes": ("mass", "1e6"), "pound": ("mass", "453.59237"), "pounds": ("mass", "453.59237"),
    "megatonnes": ("mass", "1e12"), "kilotonnes": ("mass", "1e9"), "gallon": ("volume", "3.785411784"),
    "gallons": ("volume", "3.785411784"), "second": ("time", "1"), "seconds": ("time", "1"),
    "sec": ("time", "1"), "secs": ("time", "1"), "millisecond": ("time", "1e-3"),
    "milliseconds": ("time", "1e-3"), "minute": ("time", "60"), "minutes": ("time", "60"),
    "min": ("time", "60"), "mins": ("time", "60"), "hour": ("time", "3600"),
    "hours": ("time", "3600"), "hr": ("time", "3600"), "hrs": ("time", "3600"),
    "day": ("time", "86400"), "days": ("time", "86400"), "week": ("time", "604800"),
    "weeks": ("time", "604800"), "month": ("month", "1"), "months": ("month", "1"),
    "year": ("month", "12"), "years": ("month", "12"), "percent": ("percent", "1"),
    "percentage": ("percent", "1"), "dollar": ("usd", "1"), "dollars": ("usd", "1"),
    "usd": ("usd", "1"), "euro": ("eur", "1"), "euros": ("eur", "1"), "fold": ("multiplier", "1"),
    "times": ("multiplier", "1"), "multiplier": ("multiplier", "1"), "factor": ("multiplier", "1"),
    "ratio": ("multiplier", "1"), "mile": ("length", "1609.344"), "miles": ("length", "1609.344"),
    "kwh": ("energy", "1e3"), "mwh": ("energy", "1e6"), "gwh": ("energy", "1e9"),
    "twh": ("energy", "1e12"), "gb": ("data", "1e9"), "tb": ("data", "1e12"), "mb": ("data", "1e6"),
    "celsius": ("temperature", "1"),
}  # fmt: skip

_TOKEN = re.compile(r"[ \n-]?(US\$|[%×$€£]|°C|[A-Za-zµμ]+[23²³]?)(?![A-Za-z0-9])")
_CARBON_MASS = re.compile(
    r"[ \n]?(mg|g|[kK]g|t|kt|Mt|Gt|MT|lbs?)[ ]?-?CO(?:2|₂)(?:[ -]?(?:equivalents?|eq|e))?(?![A-Za-z0-9])"
)
_OF_CARBON = re.compile(
    r"[ \n](?:of )?(?:carbon(?: dioxide)?|CO(?:2|₂))(?:[ -]?(?:equivalents?|eq|e))?(?![A-Za-z0-9])"
)
_CUBIC = re.compile(r"[ \n-]?(cubic|square) (kilo|centi)?met(?:er|re)s?(?![A-Za-z])", re.IGNORECASE)
_QUALIFIER = re.compile(r"[ \n-]?(?:metric|short|net)[ \n]", re.IGNORECASE)
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
    found = []
    for match in _STATED.finditer(header):
        text = match[1] or match[2]
        scale = _MAGNITUDE.match(text)
        if scale:
            text = text[scale.end() :]
        unit = parse_unit(text.removeprefix("in ")) or (Unit("usd") if "$" in match[0] else None)
        if unit is not None:
            found.append((unit, Decimal(_SCALES[scale[1].lower()]) if scale else Decimal(1)))
    return found


_STATED = re.compile(r"[(\[]([^()\[\]]{1,30})[)\]]|(?:, (?:in )?|\bin )([^,()]{1,30})$")
_MAGNITUDE = re.compile(r"(1[, ]?000|thousand|million|billion|trillion|k|M)\b ?", re.IGNORECASE)
_SCALES = {"1000": "1e3", "1,000": "1e3", "1 000": "1e3", "thousand": "1e3", "million": "1e6",
           "billion": "1e9", "trillion": "1e12", "k": "1e3", "m": "1e6"}  # fmt: skip


def _simple(text: str, position: int) -> tuple[Unit, int] | None:
    qualifier = _QUALIFIER.match(text, position)
    position = qualifier.end() if qualifier else position
    carbon = _CARBON_MASS.match(text, position)
    if carbon:
        return Unit("mass", Decimal(_SYMBOLS[carbon[1]][1])), carbon.end()
    cubic = _CUBIC.match(text, position)
    if cubic:
        return _powered(cubic), cubic.end()
    token = _TOKEN.match(text, position)
    known = token and (_SYMBOLS.get(token[1]) or _WORDS.get(token[1].lower()))
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
    length = {"kilo": Decimal(1000), "centi": Decimal("0.01")}.get((match[2] or "").lower(), Decimal(1))
    if match[1].lower() == "square":
        return Unit("area", length**2)
    return Unit("volume", length**3 * 1000)


def _countable(word: str) -> str:
    return "count of " + word.lower().removesuffix("s")
