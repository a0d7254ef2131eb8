"""The settings that the shared options of `query`, `ask`, `answer` and `debug` choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from wattrag.config.problems import first_problem, nearest
from wattrag.config.settings import Generation, Pipeline, Retriever
from wattrag.errors import InputError

_Section = TypeVar("_Section", bound=BaseModel)
# The command line names the index itself, and with it the retriever.
_CHOSEN_ELSEWHERE = {"index", "retriever"}


@dataclass(frozen=True)
class Chosen:
    """How one command retrieves and answers."""

    retriever: Retriever
    pipeline: Pipeline
    generation: Generation


def retriever_options(
    config: Path | None = None,
    pipeline: str | None = None,
    assignments: Sequence[str] | None = None,
    top_k: int | None = None,
) -> Chosen:
    """The settings that the shared options ask for; without any, the defaults of `hybrid`.

    Args:
        config: a study's configuration, whose pipeline is the starting point.
        pipeline: the pipeline's name; not needed if the study has only one.
        assignments: `KEY=VALUE` pairs for keys of a retriever or a pipeline, applied in order.
        top_k: sets `top_k` and `top_k_final`, after the assignments.

    Raises:
        InputError: an unknown pipeline or key (the nearest is named), or an unusable value.
    """
    chosen = _from_study(config, pipeline)
    retriever, answering = chosen.retriever.model_dump(), chosen.pipeline.model_dump()
    for assignment in assignments or ():
        key, value = _parse(assignment)
        _assign(retriever if key[0] in retriever else answering, key, value)
    if top_k is not None:
        retriever |= {"top_k": top_k, "top_k_final": top_k}
    return Chosen(
        _validated(Retriever, retriever), _validated(Pipeline, answering), chosen.generation
    )


def _from_study(config: Path | None, pipeline: str | None) -> Chosen:
    if config is None:
        if pipeline is not None:
            raise InputError(f"--pipeline {pipeline}", "names no study", "add --config FILE")
        return Chosen(Retriever(index="index"), Pipeline(retriever="hybrid"), Generation())
    from wattrag.study.load import read_config_file, read_settings
    from wattrag.study.sweeps.names import is_derived

    settings = read_settings(read_config_file(config), str(config))
    names = [name for name in settings.pipelines if not is_derived(name)]
    if pipeline is None and len(names) != 1:
        listed = ", ".join(names) or "none"
        raise InputError(str(config), f"declares {len(names)} pipelines", f"--pipeline: {listed}")
    name = names[0] if pipeline is None else pipeline
    if name not in settings.pipelines:
        raise InputError(str(config), f"declares no pipeline '{name}'", nearest(name, names))
    found = settings.pipelines[name]
    return Chosen(settings.retrievers[found.retriever], found, settings.generation)


def _parse(assignment: str) -> tuple[list[str], Any]:
    key, equals, text = assignment.partition("=")
    known = sorted({*Retriever.model_fields, *Pipeline.model_fields} - _CHOSEN_ELSEWHERE)
    if not equals:
        raise InputError(f"--set {assignment}", "has no '='", "write KEY=VALUE, as top_k=5")
    parts = key.strip().split(".")
    if parts[0] not in known:
        raise InputError(f"--set {assignment}", "unknown key", nearest(parts[0], known))
    try:
        return parts, yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"--set {assignment}", "has an unreadable value", "quote it") from error


def _assign(section: dict[str, Any], key: Sequence[str], value: Any) -> None:
    *groups, last = key
    for depth, group in enumerate(groups, 1):
        inner = section.get(group)
        if not isinstance(inner, dict):
            raise InputError(
                f"--set {'.'.join(key)}", f"'{'.'.join(key[:depth])}' has no keys of its own"
            )
        section = inner
    section[last] = value


def _validated(model: type[_Section], values: dict[str, Any]) -> _Section:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InputError("--set", *first_problem(error, model)) from error
