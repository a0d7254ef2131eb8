"""Indexes, retrievers and pipelines that the points of sweeps need besides the study's own.

A point whose settings equal a section that the study has, or that another point has derived, uses
that one: nothing is embedded, retrieved or answered twice. A derived name tells the settings that
differ from the base, so that the same point has the same files whichever sweep it is of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from wattrag.config.adhoc import model_name
from wattrag.config.problems import nearest
from wattrag.config.settings import Index, Pipeline, Retriever, Settings
from wattrag.config.sweeps import Value
from wattrag.errors import InputError
from wattrag.study.sweeps.names import derived_name, is_derived
from wattrag.study.sweeps.params import INDEX, PIPELINE, RETRIEVER, value_of, with_value
from wattrag.study.sweeps.points import (
    AnsweredPoint,
    Values,
    VotedPoint,
    check_distinct,
    check_sweep,
    combinations,
    place,
    voted_points,
)

_Section = TypeVar("_Section")


@dataclass(frozen=True)
class Swept:
    """A study's settings with what its sweeps add.

    Attributes:
        settings: all sections, the derived ones after the study's own.
        answered: sweep -> its points, of sweeps over experiments.
        voted: sweep -> its points, of sweeps over votes.
        depths: derived retriever -> deepening attempts after the first.
    """

    settings: Settings
    answered: Mapping[str, tuple[AnsweredPoint, ...]] = field(default_factory=dict)
    voted: Mapping[str, tuple[VotedPoint, ...]] = field(default_factory=dict)
    depths: Mapping[str, int] = field(default_factory=dict)

    def readers(self, pipeline: str) -> list[str]:
        """The models that answer by a pipeline, as written: the study's, then those of points."""
        own = [] if is_derived(pipeline) else self.settings.models
        points = (point for points in self.answered.values() for point in points)
        swept = (point.model for point in points if point.pipeline == pipeline)
        return list(dict.fromkeys([*own, *swept]))


def derive(settings: Settings, where: str = "config") -> Swept:
    """Derive what the sweeps of a study need.

    Args:
        settings: as configured.
        where: how messages call the configuration.

    Raises:
        InputError: a setting that does not exist, or cannot have a value.
    """
    deriving = _Deriving(settings, where)
    answered, voted = {}, {}
    for name, sweep in settings.sweeps.items():
        if sweep.votes:
            voted[name] = tuple(voted_points(settings, name, where))
        else:
            answered[name] = tuple(deriving.points(name))
    return Swept(deriving.widened, answered, voted, deriving.depths)


def own_depth(settings: Settings, retriever: str) -> int:
    """Deepening attempts after the first: the most that any of the retriever's pipelines needs.

    Pipelines of sweeps do not count: a sweep must not deepen, and so rerun, the study's own.
    """
    using = (
        pipeline.max_retries
        for name, pipeline in settings.pipelines.items()
        if pipeline.retriever == retriever and not is_derived(name)
    )
    return max(using, default=0)


class _Deriving:
    """Sections found so far, by name; the settings themselves are not changed."""

    def __init__(self, settings: Settings, where: str) -> None:
        self._own, self._where = settings, where
        self._indexes: dict[str, Index] = {}
        self._retrievers: dict[str, Retriever] = {}
        self._pipelines: dict[str, Pipeline] = {}
        self.depths: dict[str, int] = {}

    @property
    def widened(self) -> Settings:
        own = self._own
        return own.model_copy(
            update={
                "indexes": own.indexes | self._indexes,
                "retrievers": own.retrievers | self._retrievers,
                "pipelines": own.pipelines | self._pipelines,
            }
        )

    def points(self, name: str) -> list[AnsweredPoint]:
        """The points of a sweep over experiments."""
        check_sweep(self._own, name, self._where)
        sweep = self._own.sweeps[name]
        found = [self._point(name, axes, chosen) for axes, chosen in combinations(sweep)]
        check_distinct(self._own, name, found, self._where)
        return found

    def _point(self, name: str, on_axes: Values, chosen: Values) -> AnsweredPoint:
        sweep = self._own.sweeps[name]
        default = sweep.pipeline or next(iter(self._own.pipelines), None)
        base = self._named(name, "pipeline", chosen.get("pipeline", default), self._own.pipelines)
        pipeline, seen = self._pipeline(name, base, chosen)
        written = chosen.get("model", sweep.model or self._own.models[0])
        seen |= {
            "pipeline": base,
            "model": model_name(str(written)),
            "precision": str(chosen.get("precision", sweep.precision)),
        }
        values = {param: seen[param] for param in on_axes}
        return AnsweredPoint(values, pipeline, str(written), str(seen["precision"]))

    def _pipeline(self, name: str, base: str, chosen: Values) -> tuple[str, Values]:
        """The pipeline of a point, and the values of all that was chosen, as they were read."""
        own = self._own.pipelines[base]
        searched = chosen.get("retriever", own.retriever)
        searched = self._named(name, "retriever", searched, self._own.retrievers)
        section, seen = own, {"retriever": searched}
        for param in (PIPELINE & chosen.keys()) - {"retriever"}:
            section = with_value(section, param, chosen[param], self._shown(name, param))
            seen[param] = value_of(section, param)
        differs = {p: v for p, v in seen.items() if v != value_of(own, p)}
        retriever, changed, read = self._retriever(name, searched, chosen, section.max_retries)
        section = section.model_copy(update={"retriever": retriever})
        found = _equal(self._own.pipelines, section)
        if found is None:
            if not is_derived(retriever):
                changed = {} if retriever == own.retriever else {"retriever": retriever}
                differs.pop("retriever", None)
            found = derived_name(base, {**changed, **differs})
            self._pipelines[found] = section
        return found, {**read, **seen}

    def _retriever(
        self, name: str, base: str, chosen: Values, need: int
    ) -> tuple[str, Values, Values]:
        """The retriever of a point, what differs from its base, and the values as read."""
        own = self._own.retrievers[base]
        searched = self._named(name, "index", chosen.get("index", own.index), self._own.indexes)
        index, in_index, read = self._index(name, searched, chosen)
        section, seen = own, {"index": searched}
        for param in (RETRIEVER & chosen.keys()) - {"index"}:
            section = with_value(section, param, chosen[param], self._shown(name, param))
            seen[param] = value_of(section, param)
        self._check_planned(name, chosen, section)
        section = section.model_copy(update={"index": index})  # no name to check: it is derived
        read |= seen
        for known, other in ({base: own} | self._own.retrievers).items():
            if other == section and own_depth(self._own, known) >= need:
                return known, {}, read
        if not is_derived(index):
            in_index, seen["index"] = {}, index
        changed = {**in_index, **{p: v for p, v in seen.items() if v != value_of(own, p)}}
        depth = own_depth(self._own, base)
        if need > depth:
            changed["max_retries"] = depth = need
        found = derived_name(base, changed)
        self._retrievers[found], self.depths[found] = section, depth
        return found, changed, read

    def _index(self, name: str, base: str, chosen: Values) -> tuple[str, Values, Values]:
        """The index of a point, what differs from its base, and the values as read."""
        own = section = self._own.indexes[base]
        seen: Values = {}
        for param in INDEX & chosen.keys():
            section = with_value(section, param, chosen[param], self._shown(name, param))
            seen[param] = value_of(section, param)
        changed = {p: v for p, v in seen.items() if v != value_of(own, p)}
        found = _equal(self._own.indexes, section, first=base)
        if found is None:
            found = derived_name(base, changed)
            self._indexes[found] = section
        return found, changed, seen

    def _check_planned(self, name: str, chosen: Values, section: Retriever) -> None:
        param = "planner_max_queries"
        if param in chosen and section.planner == "none":
            problem = "changes nothing: the retriever has no planner"
            raise InputError(self._shown(name, param), problem, "add `fixed: {planner: self}`")

    def _named(self, name: str, kind: str, wanted: Value, known: Mapping[str, object]) -> str:
        if not isinstance(wanted, str) or wanted not in known:
            problem = f"{kind} '{wanted}' is not declared"
            where = f"{self._where}: {place(self._own, name)}"
            raise InputError(where, problem, nearest(str(wanted), list(known)))
        return wanted

    def _shown(self, name: str, param: str) -> str:
        return f"{self._where}: {place(self._own, name, param)}"


def _equal(
    known: Mapping[str, _Section], section: _Section, first: str | None = None
) -> str | None:
    """The name of an equal section; `first`, if it is equal."""
    names = [*([first] if first is not None else []), *known]
    return next((name for name in names if known[name] == section), None)
