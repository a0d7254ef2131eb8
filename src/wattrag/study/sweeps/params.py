"""Settings that a sweep may vary: where each belongs, and sections with one of them changed."""

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from wattrag.config.base import Config
from wattrag.config.problems import first_problem, nearest
from wattrag.config.settings import Ensemble, Index, Pipeline, Retriever
from wattrag.config.sweeps import Value
from wattrag.errors import InputError

_Section = TypeVar("_Section", bound=Config)


def _keys(section: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Dotted keys of a section, those of nested groups unfolded."""
    for name, field in section.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _keys(inner, f"{prefix}{name}.")
        else:
            yield prefix + name


# A corpus would be another study: its documents are other ones.
INDEX = frozenset(_keys(Index)) - {"corpus", "captioned"}
RETRIEVER = frozenset(_keys(Retriever))
PIPELINE = frozenset(_keys(Pipeline))
READER = frozenset({"pipeline", "model", "precision"})
ANSWERING = INDEX | RETRIEVER | PIPELINE | READER
"""What a sweep over experiments may vary; `index`, `retriever`, `pipeline` by their names."""
SIZE = "ensemble_size"
VOTING = frozenset({SIZE, *_keys(Ensemble)} - {"members", "weights", "weights_from"})
"""What a sweep over votes may vary."""


def check_param(param: str, *, votes: bool, where: str) -> None:
    """Raise InputError, naming the nearest known one, if a sweep cannot vary a setting."""
    known = VOTING if votes else ANSWERING
    if param in known:
        return
    if param in VOTING | ANSWERING:
        problem = f"'{param}' is a setting of {'experiments' if votes else 'votes'}"
        cure = "leave out `members`" if votes else "name the `members` that vote"
        raise InputError(where, problem, cure)
    raise InputError(where, f"unknown setting '{param}'", nearest(param, sorted(known)))


def with_value(section: _Section, param: str, value: Value, where: str) -> _Section:
    """The section with one setting changed; `param` may be dotted.

    Raises:
        InputError: the section does not allow the value.
    """
    data: dict[str, Any] = section.model_dump()
    *groups, last = param.split(".")
    inner = data
    for group in groups:
        inner = inner[group]
    inner[last] = value
    try:
        return type(section).model_validate(data)
    except ValidationError as error:
        problem, cure = first_problem(error, type(section))
        raise InputError(where, problem.removeprefix(f"{param}: "), cure) from error


def value_of(section: Config, param: str) -> Any:
    """A setting of a section, by its dotted key."""
    found: Any = section
    for part in param.split("."):
        found = getattr(found, part)
    return found
