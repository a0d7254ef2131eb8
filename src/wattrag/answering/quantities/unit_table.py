"""The units that are known: symbol or word > dimension and factor to the dimension's base unit.

Factors are exact by definition (SI; pound and US gallon: NIST Handbook 44, appendix C). A `ton` is
taken for a tonne, as in nearly all of the field's papers.
"""
# ruff: noqa: RUF001 - signs as they are printed

from decimal import Decimal


def _si(dimension: str, prefixes: dict[str, str], *names: str) -> dict[str, tuple[str, str]]:
    return {p + n: (dimension, f) for p, f in prefixes.items() for n in names}


def _joules(prefixes: dict[str, str], *names: str) -> dict[str, tuple[str, str]]:
    in_joules = _si("energy", prefixes, *names)
    return {name: (d, str(Decimal(f) / 3600)) for name, (d, f) in in_joules.items()}


_SYMBOL_PREFIX = {"": "1", "k": "1e3", "M": "1e6", "G": "1e9", "T": "1e12", "P": "1e15"}
_WORD_PREFIX = {
    "": "1",
    "kilo": "1e3",
    "mega": "1e6",
    "giga": "1e9",
    "tera": "1e12",
    "peta": "1e15",
}

SYMBOLS: dict[str, tuple[str, str]] = {
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
del SYMBOLS["B"]  # after a number it means billion

WORDS: dict[str, tuple[str, str]] = {
    **_si("power", _WORD_PREFIX, "watt", "watts"),
    **_si("energy", _WORD_PREFIX, "watthour", "watthours"),
    **_joules(_WORD_PREFIX, "joule", "joules"),
    **_si("data", _WORD_PREFIX, "byte", "bytes"),
    **_si("frequency", _WORD_PREFIX, "hertz"),
    **_si("volume", {"": "1", "milli": "1e-3", "kilo": "1e3", "mega": "1e6"}, "liter", "liters",
          "litre", "litres"),
    **_si("mass", {"": "1", "milli": "1e-3", "kilo": "1e3"}, "gram", "grams"),
    **_si("length", {"": "1", "kilo": "1e3", "centi": "1e-2"}, "meter", "meters"),
    **_si("length", {"": "1", "kilo": "1e3", "centi": "1e-2"}, "metre", "metres"),
    "ton": ("mass", "1e6"), "tons": ("mass", "1e6"), "tonne": ("mass", "1e6"),
    "tonnes": ("mass", "1e6"), "pound": ("mass", "453.59237"), "pounds": ("mass", "453.59237"),
    "megatonnes": ("mass", "1e12"), "kilotonnes": ("mass", "1e9"),
    "gallon": ("volume", "3.785411784"),
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
