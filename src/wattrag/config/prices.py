"""What providers charge: dated, because they change it."""

import datetime as dt

from pydantic import Field

from wattrag.config.base import Config

BATCH_SHARE = 0.5
"""Of the price, for what is asked through a Batch API (OpenAI's, as of 2026)."""
_MILLION = 1_000_000


class Prices(Config):
    """What a provider charges, in US dollars for a million tokens."""

    input: float = Field(ge=0)
    """For what is sent."""
    output: float = Field(ge=0)
    """For what is replied."""
    cached_input: float | None = Field(default=None, ge=0)
    """For what is sent and was still in the provider's cache; null: as `input`."""
    date: dt.date
    """When these prices were looked up."""

    def cost(
        self, input_tokens: int, output_tokens: int, cached_tokens: int = 0, share: float = 1
    ) -> float:
        """US dollars for so many tokens.

        Args:
            input_tokens: sent, those from the cache among them.
            output_tokens: replied.
            cached_tokens: of `input_tokens`, those from the provider's cache.
            share: of the list price that is charged.
        """
        cached = self.input if self.cached_input is None else self.cached_input
        sent = (input_tokens - cached_tokens) * self.input + cached_tokens * cached
        return share * (sent + output_tokens * self.output) / _MILLION
