"""What the stored replies of a model took: the measure for those to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from pydantic import ValidationError

from wattrag.store.asked import ModelKey
from wattrag.store.completions import FOLDER, Completion, read_completions
from wattrag.store.segments import Damage


@dataclass(frozen=True)
class Measured:
    """Means over stored replies; None where none of them says."""

    replies: int = 0
    input_factor: float = 1.0
    """Input tokens as the provider counts them, over those that were estimated."""
    output_tokens: float | None = None
    seconds: float | None = None
    """Of a call, among others at the same time."""
    cost_usd: float | None = None
    """As the provider said."""


def measured(met: Sequence[tuple[int, Completion]]) -> Measured:
    """Means over replies.

    Args:
        met: estimated input tokens of the request, and its reply; 0 tokens: not known.
    """
    counted = [(e, r.input_tokens) for e, r in met if e and r.input_tokens is not None]
    estimated = sum(e for e, _ in counted)
    replies = [reply for _, reply in met]
    return Measured(
        replies=len(replies),
        input_factor=sum(tokens for _, tokens in counted) / estimated if estimated else 1.0,
        output_tokens=_mean([r.output_tokens for r in replies]),
        seconds=_mean([r.seconds for r in replies if not r.batch]),
        cost_usd=_mean([r.cost_usd for r in replies]),
    )


def measured_of(root: Path, key: ModelKey) -> Measured:
    """Means over all that is stored of a model, whatever it was asked."""
    found = []
    for payload in read_completions(root / FOLDER / key.digest, Damage()).values():
        try:
            found.append((0, Completion.model_validate_json(bytes(payload))))
        except ValidationError:
            continue
    return measured(found)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
