"""The points of a sweep: every combination of its axes' values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from wattrag.config.settings import Ensemble, Settings
from wattrag.config.sweeps import Sweep, Value
from wattrag.errors import InputError
from wattrag.study.sweeps.names import value_text
from wattrag.study.sweeps.params import SIZE, check_param, value_of, with_value

Values = dict[str, Value]


@dataclass(frozen=True)
class Point:
    """Where a point lies: its value on each axis, the line's first."""

    values: Mapping[str, Value]

    @property
    def texts(self) -> dict[str, str]:
        """The values as names and tables show them."""
        return {param: value_text(value) for param, value in self.values.items()}


@dataclass(frozen=True)
class AnsweredPoint(Point):
    """A point that is an experiment: its pipeline and reader, as named in the settings."""

    pipeline: str
    model: str
    precision: str


@dataclass(frozen=True)
class VotedPoint(Point):
    """A point that is a vote: of `size` members (None for all), by these rules."""

    size: int | None
    vote: Ensemble


def place(settings: Settings, name: str, param: str | None = None) -> str:
    """How messages call a sweep, or a setting of it."""
    sweep = settings.sweeps[name]
    axis = next((key for key in ("line", "x") if getattr(sweep, key).param == param), "fixed")
    return f"sweeps.{name}" if param is None else f"sweeps.{name}.{axis}: {param}"


def combinations(sweep: Sweep) -> Iterator[tuple[Values, Values]]:
    """For each point its values on the axes, and all that is set there."""
    params = [str(axis.param) for axis in sweep.axes]
    for chosen in product(*(axis.values for axis in sweep.axes)):
        on_axes = dict(zip(params, chosen, strict=True))
        yield on_axes, {**sweep.fixed, **on_axes}


def check_sweep(settings: Settings, name: str, where: str) -> None:
    """Raise InputError if a sweep varies what there is not."""
    sweep = settings.sweeps[name]
    for param in [*(str(axis.param) for axis in sweep.axes), *sweep.fixed]:
        check_param(param, votes=sweep.votes, where=f"{where}: {place(settings, name)}")


def check_distinct(settings: Settings, name: str, points: Sequence[Point], where: str) -> None:
    """Raise InputError if two values of an axis come to the same."""
    for axis in settings.sweeps[name].axes:
        param = str(axis.param)
        # Every value has a point: as many texts as values, unless two are alike.
        if len({point.texts[param] for point in points}) < len(axis.values):
            shown = _shown(settings, name, param, where)
            raise InputError(shown, "a value is listed twice", "list it once")


def voted_points(settings: Settings, name: str, where: str) -> list[VotedPoint]:
    """The points of a sweep over votes.

    Raises:
        InputError: an unknown setting, a value that it cannot have.
    """
    check_sweep(settings, name, where)
    found = []
    for on_axes, chosen in combinations(settings.sweeps[name]):
        vote = Ensemble(members=["*"])
        for param, value in chosen.items():
            if param != SIZE:
                vote = with_value(vote, param, value, _shown(settings, name, param, where))
        if vote.strategy == "confidence":
            problem = "strategy 'confidence' weighs answers, and sweeps vote over submissions"
            raise InputError(_shown(settings, name, "strategy", where), problem, "use an ensemble")
        size = _size(chosen.get(SIZE), _shown(settings, name, SIZE, where))
        values = {p: size if p == SIZE else value_of(vote, p) for p in on_axes}
        found.append(VotedPoint(values, size, vote))
    check_distinct(settings, name, found, where)
    return found


def _size(value: Value, where: str) -> int | None:
    if value is None:
        return None
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal() or int(text) < 1:
        raise InputError(where, f"{value!r} is no number of members", "use 1 or more")
    return int(text)


def _shown(settings: Settings, name: str, param: str, where: str) -> str:
    return f"{where}: {place(settings, name, param)}"
