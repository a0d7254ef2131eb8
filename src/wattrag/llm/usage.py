"""What calls took: counted, summed, priced; what is not known stays unknown."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from wattrag.config.prices import BATCH_SHARE, Prices
from wattrag.store.completions import Completion


@dataclass
class Usage:
    """What was asked and what it took; stored replies took nothing."""

    calls: int = 0
    """Replies that were not stored yet."""
    reused: int = 0
    """Replies that were."""
    tries: int = 0
    """Calls made, those that failed before a reply came included."""
    repaired: int = 0
    """Replies that were not just the JSON that was asked for, stored ones included."""
    input_tokens: int | None = 0
    """None as soon as one reply came without a count."""
    cached_tokens: int | None = 0
    output_tokens: int | None = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0
    """Sum over the calls, which may have run side by side."""

    def count(self, reply: Completion, prices: Prices | None, *, reused: bool = False) -> None:
        """Add a reply.

        Args:
            reply: of the model.
            prices: of the model; None if they are not known.
            reused: it was stored, or is shared with an equal request.
        """
        if reused:
            self.reused += 1
            return
        self.calls += 1
        self.tries += reply.tries
        self.seconds += reply.seconds
        self.input_tokens = _sum(self.input_tokens, reply.input_tokens)
        self.cached_tokens = _sum(self.cached_tokens, reply.cached_tokens)
        self.output_tokens = _sum(self.output_tokens, reply.output_tokens)
        self.cost_usd = _sum(self.cost_usd, cost_of(reply, prices))


def cost_of(reply: Completion, prices: Prices | None) -> float | None:
    """US dollars that a reply cost: as the provider says, else by its tokens, else not known."""
    if reply.cost_usd is not None:
        return reply.cost_usd
    if prices is None or reply.input_tokens is None or reply.output_tokens is None:
        return None
    share = BATCH_SHARE if reply.batch else 1
    cached = reply.cached_tokens or 0
    return prices.cost(reply.input_tokens, reply.output_tokens, cached, share)


def summed(usages: Iterable[Usage]) -> Usage:
    """The usage of all parts together."""
    total = Usage()
    for usage in usages:
        for field in fields(Usage):
            value = _sum(getattr(total, field.name), getattr(usage, field.name))
            setattr(total, field.name, value)
    return total


def _sum(total: Any, more: Any) -> Any:
    """A sum of which an unknown part makes the whole unknown."""
    return None if total is None or more is None else total + more
