"""A sweep: one or two settings, the values each takes, and what is run or voted at each point."""

from typing import Self

from pydantic import Field, model_validator

from wattrag.config.adhoc import ModelName
from wattrag.config.base import Config, Name

Value = bool | int | float | str | None
"""A value of a setting; the section it belongs to says which ones are allowed."""


class Axis(Config):
    """A setting and the values that it takes."""

    param: str | None = None
    """A key of an index, a retriever (`lexical.window`), a pipeline or an ensemble; or `model`."""
    values: list[Value] = Field(default=[], max_length=100)
    """Its values, in the order in which they are drawn."""

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.param is None) != (not self.values):
            raise ValueError("needs both `param` and `values`")
        return self


class Sweep(Config):
    """A series over settings: each point is an experiment, or with `members` a vote."""

    pipeline: Name | None = None
    """The pipeline whose settings vary; left out: the study's first one."""
    model: ModelName | None = None
    """Who answers; left out: the study's first model."""
    precision: Name = "default"
    """The model's precision; `default` is its first declared one."""
    members: list[str] | None = Field(default=None, min_length=1)
    """Instead: vote over these, written as in `ensembles`, or `sweep:NAME` for all runs of one."""
    line: Axis = Axis()
    """One line of the plot for each value; left out: a single line."""
    x: Axis = Axis()
    """The horizontal axis; left out: only runs, a pool of members for sweeps that vote."""
    fixed: dict[str, Value] = Field(default={})
    """Further settings, the same at every point."""
    runs: int | None = Field(default=None, ge=1, le=100)
    """Repetitions of each point; left out: the study's `runs`."""
    datafiles: list[Name] | None = Field(default=None, min_length=1)
    """Question files it is made on; left out: every one that has gold answers."""

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The axes that it has, the line's first."""
        return tuple(axis for axis in (self.line, self.x) if axis.param is not None)

    @property
    def votes(self) -> bool:
        """Whether its points are votes over members, which ask no model."""
        return self.members is not None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        elsewhere = {"pipeline", "model", "precision", "runs"} & self.model_fields_set
        if self.votes and elsewhere:
            raise ValueError(f"`{min(elsewhere)}` says who answers, but `members` have answered")
        if self.line.param is not None and self.x.param is None:
            raise ValueError("has a `line` but no `x`; a sweep over one setting has `x` only")
        if self.votes and self.x.param is None:
            raise ValueError("has `members` but no `x`: nothing varies")
        names = [*(str(axis.param) for axis in self.axes), *self.fixed]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"'{name}' is set twice")
        return self
