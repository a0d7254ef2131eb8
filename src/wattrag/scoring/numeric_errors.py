"""How a wrong number went wrong: by a power of ten, or by rounding."""

import math
from collections.abc import Sequence
from decimal import Decimal

_NEAR = 0.05  # of the ratio to a power of ten
_ROUNDED = 0.10  # of the gold number


def off_by_power_of_ten(gold: Sequence[float], predicted: Sequence[float]) -> bool:
    """True if all numbers are within 5 % of gold times one and the same power of ten, not 1."""
    exponents = {_exponent(g, p) for g, p in _pairs(gold, predicted)}
    return len(exponents) == 1 and exponents.isdisjoint({None, 0})


def only_rounded(gold: Sequence[float], predicted: Sequence[float]) -> bool:
    """True if every number is gold rounded or cut, or gold is it rounded or cut, within 10 %."""
    pairs = _pairs(gold, predicted)
    return bool(pairs) and all(
        abs(p - g) <= _ROUNDED * abs(g) and (_rounds_to(g, p) or _rounds_to(p, g)) for g, p in pairs
    )


def _pairs(gold: Sequence[float], predicted: Sequence[float]) -> list[tuple[float, float]]:
    """The numbers side by side in order of size; none if they cannot be compared."""
    if len(gold) != len(predicted) or not all(map(math.isfinite, [*gold, *predicted])):
        return []
    return list(zip(sorted(gold), sorted(predicted), strict=True))


def _exponent(gold: float, predicted: float) -> int | None:
    if gold == 0 or predicted == 0 or (gold < 0) != (predicted < 0):
        return None
    logarithm = math.log10(abs(predicted)) - math.log10(abs(gold))
    exponent = round(logarithm)
    near = abs(10 ** (logarithm - exponent) - 1) <= _NEAR
    return exponent if near else None


def _rounds_to(precise: float, rounded: float) -> bool:
    """True if `rounded` is `precise` to the last of its own digits, rounded or cut off."""
    exponent = Decimal(repr(rounded)).normalize().as_tuple().exponent
    if not isinstance(exponent, int):
        return False
    unit = 10.0**exponent
    cut = 0 <= abs(precise) - abs(rounded) < unit
    return cut or abs(precise - rounded) <= unit / 2
