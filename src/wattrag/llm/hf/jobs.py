"""What a local chat model is given to generate, what it generates, and how it picks tokens."""

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import GenerationConfig


@dataclass(frozen=True)
class Job:
    """One prompt, in tokens."""

    tokens: tuple[int, ...]
    max_new_tokens: int
    temperature: float
    seed: int
    """Of a reply that is sampled."""

    @property
    def sampled(self) -> bool:
        """Whether the reply is drawn; it is the likeliest otherwise."""
        return self.temperature > 0

    @property
    def needs(self) -> int:
        """Tokens of the prompt and the longest reply."""
        return len(self.tokens) + self.max_new_tokens


@dataclass(frozen=True)
class Generated:
    """A reply, in tokens."""

    tokens: tuple[int, ...]
    """With the one that ended it."""
    seconds: float
    """From its first forward pass to its last."""
    cached: int | None
    """Tokens of the prompt that were computed for another one; None if that is not counted."""
    tries: int = 1


def generation_settings(model: Any, temperature: float) -> "GenerationConfig":
    """The model's own settings, with this temperature; 0 takes the likeliest token."""
    settings: GenerationConfig = deepcopy(model.generation_config)
    settings.do_sample = temperature > 0
    settings.num_return_sequences = 1
    if settings.do_sample:
        settings.temperature = temperature
    else:  # they say nothing then, and transformers warns of each
        settings.temperature = settings.top_k = settings.top_p = None
    return settings


def ignored_settings(model: Any) -> list[str]:
    """Settings of the model that transformers' engine for many replies drops."""
    settings = model.generation_config
    without = {
        "repetition_penalty": (None, 1.0),
        "min_length": (None, 0),
        "min_new_tokens": (None, 0),
    }
    return [name for name, plain in without.items() if getattr(settings, name) not in plain]
