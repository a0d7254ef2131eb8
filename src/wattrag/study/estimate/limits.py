"""How far a study's ceilings reach."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wattrag.config.settings import Limits
from wattrag.study.estimate.figures import Figures, Range


@dataclass(frozen=True)
class Limit:
    """A ceiling of the study, and what is planned beneath it."""

    name: str
    ceiling: float
    spent: float | None
    """By the stored replies of this study; None where they do not say."""
    planned: Range
    enough: bool | None
    """Whether all that is planned fits; None if that depends, or is not known."""


def limits(ceilings: Limits, total: Figures, paid: Sequence[float | None]) -> Iterator[Limit]:
    """Each ceiling that is set.

    Args:
        ceilings: of the study.
        total: what is planned.
        paid: what stored replies cost, in US dollars.
    """
    known = [cost for cost in paid if cost is not None]
    spent = sum(known) if len(known) == len(paid) else None
    unknown = Range(None, None)
    offered = (
        ("usd", ceilings.usd, spent, total.usd),
        ("wh", ceilings.wh, None, unknown),
        ("gpu_hours", ceilings.gpu_hours, None, total.gpu_hours),
    )
    for name, ceiling, before, planned in offered:
        if ceiling is not None:
            enough = _enough(ceiling, before, planned)
            yield Limit(name, ceiling, before, planned, enough)


def _enough(ceiling: float, spent: float | None, planned: Range) -> bool | None:
    """What was spent and is not known could only make it less: then only `no` is certain."""
    if planned.low is not None and (spent or 0) + planned.low > ceiling:
        return False
    if spent is None or planned.high is None:
        return None
    return True if spent + planned.high <= ceiling else None
