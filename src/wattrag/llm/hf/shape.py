"""How large an engine is: replies at a time, tokens of a pass, and the cache they need."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from wattrag.llm.hf.jobs import Job

PAGE = 32
"""Tokens that prompts share together on a CPU; on a GPU it is transformers' own number."""
SPARE = 1.25
"""Pages for each page in use: below 15 % of free ones, the engine takes no new prompt."""
FEWEST_TOKENS = 64
SHORTEST = 1024
"""Tokens of a job at the least, then twice as many and so on, so that engines last."""
SHARE = 0.8
"""Of a GPU's free memory, for the cache."""
CPU_SHARE = 0.25


@dataclass(frozen=True)
class Shape:
    """What an engine is built for; another shape needs a new engine."""

    sampled: bool
    """Samples, or takes the likeliest; one engine cannot do both."""
    sequences: int
    """Replies generated together, at most."""
    batch_tokens: int
    """Tokens of a forward pass, at most."""
    longest: int
    """Tokens of a prompt with its reply, at most."""
    share: float
    """Of a GPU's free memory, for the cache."""

    @property
    def smallest(self) -> bool:
        """Whether nothing is left to halve."""
        return self.sequences == 1 and self.batch_tokens == FEWEST_TOKENS

    def takes(self, job: Job) -> bool:
        """Whether an engine of this shape can do a job."""
        return job.sampled == self.sampled and job.needs <= self.longest

    def for_jobs(self, needs: Sequence[int], *, sampled: bool) -> "Shape":
        """For jobs of one kind that need so many tokens."""
        longest = self.longest
        while longest < max(needs):
            longest *= 2
        return replace(self, longest=longest, sampled=sampled)

    def halved(self, active: int) -> "Shape":
        """For half of the replies that were too many, a GPU's cache smaller too."""
        return replace(
            self,
            sequences=max(1, min(self.sequences, active) // 2),
            batch_tokens=max(FEWEST_TOKENS, self.batch_tokens // 2),
            share=self.share * 0.75,
        )

    def fitting(self, model: Any) -> "Shape":
        """With no more replies than main memory has room for; a GPU's engine sees to it itself."""
        if model.device.type == "cuda":
            return self
        import psutil

        budget = CPU_SHARE * psutil.virtual_memory().available
        room = int(budget / (SPARE * self.longest * self._token_bytes(model)))
        return replace(self, sequences=max(1, min(self.sequences, room)))

    @property
    def pages(self) -> int:
        """Pages of the cache on a CPU, where transformers would take most of the memory."""
        return ceil(SPARE * self.sequences * (ceil(self.longest / PAGE) + 1))

    def _token_bytes(self, model: Any) -> int:
        """Of the cache, and of the mask between all tokens of a pass and of the cache."""
        config = model.config.get_text_config()
        heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
        width = (
            getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        )
        numbers = 2 * config.num_hidden_layers * heads * width + self.batch_tokens
        return int(numbers * model.dtype.itemsize)


def first_shape(model: Any, sequences: int | None) -> Shape:
    """The largest one: nothing has run out of memory yet.

    Args:
        model: of transformers, on one device.
        sequences: bounds the replies that are generated together; None: on a GPU the cache does.
    """
    on_gpu = model.device.type == "cuda"
    return Shape(
        sampled=False,
        sequences=sequences or (1024 if on_gpu else 64),
        batch_tokens=8192 if on_gpu else 1024,
        longest=SHORTEST,
        share=SHARE,
    )
