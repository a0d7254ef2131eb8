"""Who plans the queries of a retriever: nobody, a chat model, or the model that answers."""

from dataclasses import dataclass
from typing import NamedTuple

from wattrag.config.adhoc import model_name
from wattrag.config.chat import ChatEntry
from wattrag.config.models import Registry
from wattrag.config.problems import nearest
from wattrag.config.settings import Retriever
from wattrag.errors import InputError

NONE, SELF = "none", "self"


class Answerer(NamedTuple):
    """A model at a precision, which answers: wildcards of an experiment."""

    model: str
    precision: str


@dataclass(frozen=True)
class Planner:
    """A model that plans: the wildcards of a plan's folder."""

    model: str
    precision: str
    planner_max_queries: int

    @property
    def name(self) -> str:
        """The `{planner}` of what is retrieved with its plans."""
        return f"{self.model}--{self.precision}"


def answerer_named(written: str, registry: Registry) -> Answerer:
    """The model `written`, declared or ad hoc, at its default precision."""
    name = model_name(written)
    entry = registry[name]
    return Answerer(name, entry.precisions[0] if isinstance(entry, ChatEntry) else NONE)


def planner_of(
    retriever: Retriever, answerer: Answerer | None, registry: Registry, where: str
) -> Planner | None:
    """Who plans for a retriever whose evidence a model answers from; None if nobody does.

    `self` is the model that answers, or nobody if that cannot plan.

    Args:
        retriever: its settings.
        answerer: who answers; None if nobody will.
        registry: the models by their names in the results.
        where: place of the setting, for the message.

    Raises:
        InputError: the planner is not declared, or cannot plan; `self`, and nobody answers.
    """
    if retriever.planner == NONE:
        return None
    if retriever.planner != SELF:
        name = model_name(retriever.planner)
        precision = planning_model(retriever.planner, registry, where).precisions[0]
        return Planner(name, precision, retriever.planner_max_queries)
    if answerer is None:
        problem = "planner 'self' is the model that answers, and none does here"
        raise InputError(where, problem, f"name a chat model, or {NONE}")
    able = isinstance(registry[answerer.model], ChatEntry)
    return Planner(*answerer, retriever.planner_max_queries) if able else None


def planning_model(written: str, registry: Registry, where: str) -> ChatEntry:
    """The chat model `written`, declared or ad hoc, if it can plan.

    Raises:
        InputError: it is not declared, or cannot plan.
    """
    able = [n for n, entry in registry.items() if isinstance(entry, ChatEntry)]
    entry = registry.get(model_name(written))
    if entry is None:
        problem = f"planner '{written}' is not in config/models.yaml"
        raise InputError(where, problem, nearest(written, [NONE, SELF, *able]))
    if not isinstance(entry, ChatEntry):
        problem = f"planner '{written}' has provider {entry.provider}, which cannot plan"
        listed = ", ".join(able) or "declare one in models.yaml"
        raise InputError(where, problem, f"name a chat model ({listed}), self or none")
    return entry
