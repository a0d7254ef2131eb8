"""From calls to expect to tokens, dollars and hours; what is not known stays unknown."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields

from wattrag.config.chat import ChatEntry, OpenAIModel
from wattrag.config.local_chat import HFLocalModel, LlamaCppModel
from wattrag.config.prices import BATCH_SHARE
from wattrag.config.settings import Generation
from wattrag.study.estimate.measured import Measured

HOUR = 3600


@dataclass(frozen=True)
class Range:
    """From the fewest calls to the most; None: not known."""

    low: float | None
    high: float | None

    def __add__(self, other: "Range") -> "Range":
        """The sum; what is unknown makes it unknown."""
        return Range(_sum(self.low, other.low), _sum(self.high, other.high))

    def times(self, factor: float) -> "Range":
        """Both ends times `factor`."""
        return Range(*(None if end is None else end * factor for end in (self.low, self.high)))


ZERO = Range(0, 0)


@dataclass(frozen=True)
class Figures:
    """What calls take."""

    calls: Range = ZERO
    input_tokens: Range = ZERO
    output_tokens: Range = ZERO
    usd: Range = ZERO
    """Paid to providers; models that run here are paid nothing."""
    hours: Range = ZERO
    """Of the calls, as many at a time as the model takes; loading weights aside."""
    gpu_hours: Range = ZERO
    """The same, for each GPU that the job holds."""


def figures(
    low: Sequence[int], high: Sequence[int], entry: ChatEntry, known: Measured, asking: Generation
) -> Figures:
    """What calls take.

    Args:
        low: input tokens of the fewest calls, as estimated.
        high: of the most.
        entry: the model.
        known: of its stored replies.
        asking: how it is asked.
    """

    def both(value: Callable[[Sequence[int]], float | None]) -> Range:
        return Range(*(value(calls) if calls else 0 for calls in (low, high)))

    def sent(calls: Sequence[int]) -> float:
        return round(sum(calls) * known.input_factor)

    def said(calls: Sequence[int]) -> float:
        longest = asking.max_new_tokens
        return round(len(calls) * (longest if known.output_tokens is None else known.output_tokens))

    def paid(calls: Sequence[int]) -> float | None:
        if _runs_here(entry):
            return 0.0
        if known.cost_usd is not None:
            return len(calls) * known.cost_usd
        share = BATCH_SHARE if _is_batched(entry) else 1
        prices = entry.prices
        if prices is None:
            return None
        return prices.cost(round(sent(calls)), round(said(calls)), 0, share)

    def took(calls: Sequence[int]) -> float | None:
        if known.seconds is None or _is_batched(entry):
            return None
        at_once = _at_once(entry, asking.max_concurrent) or len(calls)
        return len(calls) * known.seconds / min(at_once, len(calls)) / HOUR

    hours = both(took)
    gpu_hours = hours.times(entry.devices) if entry.devices else ZERO
    return Figures(both(len), both(sent), both(said), both(paid), hours, gpu_hours)


def totals(parts: Iterable[Figures]) -> Figures:
    """The sum of all parts; hours as if jobs ran one after another."""
    total = Figures()
    for part in parts:
        names = [field.name for field in fields(Figures)]
        total = Figures(**{name: getattr(total, name) + getattr(part, name) for name in names})
    return total


def _runs_here(entry: ChatEntry) -> bool:
    served = isinstance(entry, OpenAIModel) and entry.serve is not None
    return served or isinstance(entry, HFLocalModel | LlamaCppModel)


def _is_batched(entry: ChatEntry) -> bool:
    return isinstance(entry, OpenAIModel) and entry.batch


def _at_once(entry: ChatEntry, max_concurrent: int) -> int:
    """Calls at a time; 0: no limit."""
    if isinstance(entry, LlamaCppModel):
        return 1
    if isinstance(entry, HFLocalModel):
        return entry.max_concurrent or (entry.batch_size or 0 if entry.batches else 1)
    return max_concurrent if entry.max_concurrent is None else entry.max_concurrent


def _sum(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a + b
