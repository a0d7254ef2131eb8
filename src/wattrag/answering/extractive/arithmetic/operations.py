"""The operations: how each is written and computed, and when it has no result."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal

from wattrag.answering.extractive.text import stem
from wattrag.answering.quantities.quantities import plain

_EXACT = Context(prec=40)
Values = tuple[Decimal, ...]


@dataclass(frozen=True)
class Operation:
    """An operation on two quantities or, where `symbol` says so, on several."""

    template: str
    """Of the calculation of two; `{a}` and `{b}` are the operands."""
    apply: Callable[[Values], Decimal]
    is_positive: bool = True
    """Whether a result that is not above zero contradicts the question: a rise that is a fall."""
    greater_first: bool = False
    """Whether the question only says that they differ, or which is greater by its own words."""
    symbol: str = ""
    """What stands between the operands where there may be more than two."""
    is_comparison: bool = False
    """Whether only a passage that names both sides can state the result."""
    is_change: bool = False
    """Whether it is of one thing that may be told in one place: from 9 to 4."""
    cues: frozenset[str] = frozenset()
    """Stems next to a quantity that state it as the result of this operation: `in total`."""
    is_relative: bool = True
    """Whether the result is a quotient without a unit; else it has the operands' unit."""

    def arranged(self, values: Values) -> Values:
        """The operands in the order of the calculation."""
        return tuple(sorted(values, reverse=True)) if self.greater_first else values

    def result(self, values: Values) -> Decimal | None:
        """The exact result, or None where the operands have none that answers the question."""
        if self.is_relative and min(values) <= 0:
            return None
        found = self.apply(self.arranged(values))
        return None if self.is_positive and found <= 0 else found

    def written(self, values: Values, factor: Decimal = Decimal(1)) -> str:
        """The calculation, in one unit: `48.66 / 5.58`, or with a factor `... * 100`."""
        numbers = [plain(value) for value in self.arranged(values)]
        if self.symbol:
            text = self.template.format(list=self.symbol.join(numbers), count=len(numbers))
        else:
            text = self.template.format(a=numbers[0], b=numbers[1])
        return text if factor == 1 else f"{text} * {plain(factor)}"


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


def _quotient(values: Values) -> Decimal:
    return _EXACT.divide(values[0], values[1])


def _more(values: Values) -> Decimal:
    return _EXACT.divide(values[0] - values[1], values[1])


def _less(values: Values) -> Decimal:
    return _EXACT.divide(values[1] - values[0], values[1])


def _difference(values: Values) -> Decimal:
    return values[0] - values[1]


def _sum(values: Values) -> Decimal:
    return sum(values, Decimal(0))


def _mean(values: Values) -> Decimal:
    return _EXACT.divide(_sum(values), Decimal(len(values)))


MULTIPLE = Operation("{a} / {b}", _quotient, greater_first=True, is_comparison=True)
"""How many times more A is than B: the question itself says that one is greater."""
RATIO = Operation("{a} / {b}", _quotient, is_comparison=True)
"""The ratio of A to B."""
FRACTION = Operation("{a} / {b}", _quotient)
"""The fraction of B that A is."""
MORE = Operation("({a} - {b}) / {b}", _more, is_change=True)
"""By how much A is more than B, relative to B: a rise from B to A."""
LESS = Operation("({b} - {a}) / {b}", _less, is_change=True)
"""By how much A is less than B, relative to B: a fall from B to A."""
CHANGE = Operation("({a} - {b}) / {b}", _more, is_positive=False, is_change=True)
"""The relative change from B to A, with its sign."""
DIFFERENCE = Operation(
    "{a} - {b}",
    _difference,
    greater_first=True,
    is_comparison=True,
    cues=_stems("difference more less fewer higher lower gap growth increase decrease exceeding"),
    is_relative=False,
)
SUM = Operation(
    "{list}",
    _sum,
    symbol=" + ",
    cues=_stems("total combined together sum altogether overall"),
    is_relative=False,
)
AVERAGE = Operation(
    "({list}) / {count}",
    _mean,
    symbol=" + ",
    cues=_stems("average mean averaged"),
    is_relative=False,
)
