"""Validation errors as one clear line: the key, what is wrong, the nearest known key."""

import difflib
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

_WORDS = {
    "extra_forbidden": "unknown key",
    "missing": "missing key",
    "union_tag_not_found": "missing key 'provider'",
}


def first_problem(error: ValidationError, model: type[BaseModel] | None = None) -> tuple[str, str]:
    """The problem and the cure for the first error that pydantic found.

    Args:
        error: what validation raised.
        model: the validated model; with it, unknown keys are compared with the known ones.
    """
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    text = _WORDS.get(first["type"], first["msg"].removeprefix("Value error, "))
    shown = repr(first["input"])[:60]
    if first["type"] == "extra_forbidden":
        return f"{key}: {text}", _nearest_key(first["loc"], model)
    if first["type"] == "missing":
        return f"{key}: {text}", "add it"
    if first["type"] == "value_error":
        return (f"{key}: {text}" if key else text), ""
    return f"{key}: {text} (got {shown})", "see config/README.md"


def nearest(name: str, known: list[str]) -> str:
    """`did you mean 'x'?`, or the list of what is known."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else f"known: {', '.join(sorted(known))}"


def _nearest_key(location: tuple[int | str, ...], model: type[BaseModel] | None) -> str:
    if model is None:
        return "remove it"
    return nearest(str(location[-1]), sorted(_model_at(location[:-1], model).model_fields))


def _model_at(location: tuple[int | str, ...], model: type[BaseModel]) -> type[BaseModel]:
    """Follow a location into nested models; names of entries and union tags are steps over."""
    for part in location:
        field = model.model_fields.get(str(part))
        if field is not None:
            model = _inner_model(field.annotation) or model
    return model


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_inner_model(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)
