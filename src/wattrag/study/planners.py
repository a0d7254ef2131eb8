"""Who plans the queries of a retriever: `none`, or a chat model with its precision."""

from dataclasses import dataclass

from wattrag.config.chat import ChatEntry
from wattrag.config.models import Registry
from wattrag.config.problems import nearest
from wattrag.config.settings import Retriever
from wattrag.errors import InputError

NONE, SELF = "none", "self"


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


def planner_of(retriever: Retriever, registry: Registry, where: str) -> Planner | None:
    """The planner of a retriever; None if questions are searched for alone.

    Args:
        retriever: its settings.
        registry: the declared models.
        where: place of the setting, for the message.

    Raises:
        InputError: the planner is not declared, or cannot plan.
    """
    if retriever.planner == NONE:
        return None
    entry = planning_model(retriever.planner, registry, where)
    return Planner(retriever.planner, entry.precisions[0], retriever.planner_max_queries)


def planning_model(name: str, registry: Registry, where: str) -> ChatEntry:
    """The declared model `name`, if it can plan.

    Raises:
        InputError: it is not declared, or cannot plan.
    """
    able = [n for n, entry in registry.items() if isinstance(entry, ChatEntry)]
    cure = f"name a chat model ({', '.join(able) or 'declare one in models.yaml'}), or none"
    if name == SELF:
        problem = "planner 'self', the answering model, is not implemented"
        raise InputError(where, problem, cure)
    entry = registry.get(name)
    if entry is None:
        problem = f"planner '{name}' is not in config/models.yaml"
        raise InputError(where, problem, nearest(name, [NONE, *able]))
    if not isinstance(entry, ChatEntry):
        problem = f"planner '{name}' has provider {entry.provider}, which cannot plan"
        raise InputError(where, problem, cure)
    return entry
