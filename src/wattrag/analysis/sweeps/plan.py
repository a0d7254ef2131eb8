"""A sweep as its job reads it: what its points are, and where their predictions come from."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from wattrag.ensemble.options import VoteOptions

Value = bool | int | float | str | None


class PlannedPoint(BaseModel):
    """One point: setting and text of its value, the line's first; for a vote, how it votes.

    `source` names the experiment without its run; `size` is null for a vote of all members.
    """

    model_config = ConfigDict(frozen=True)

    texts: tuple[tuple[str, str], ...]
    source: str | None = None
    size: int | None = None
    vote: VoteOptions | None = None


class SweepPlan(BaseModel):
    """All of a sweep on one question file.

    `axes` holds each setting with its values, in the order in which they are drawn, the line's
    first; pairs, because a spec sorts the keys of a mapping. `members` has the names of those who
    vote, or is null where points are experiments of `runs` runs.
    """

    model_config = ConfigDict(frozen=True)

    axes: tuple[tuple[str, tuple[Value, ...]], ...]
    fixed: Mapping[str, Value]
    points: tuple[PlannedPoint, ...]
    runs: int
    members: tuple[str, ...] | None

    @property
    def line(self) -> tuple[str | None, tuple[Value, ...]]:
        """The setting that has a line for each value, with these; None if there is one line."""
        return self.axes[0] if len(self.axes) > 1 else (None, ())

    @property
    def x(self) -> tuple[str | None, tuple[Value, ...]]:
        """The setting on the horizontal axis, with its values; None if only runs vary."""
        return self.axes[-1] if self.axes else (None, ())
