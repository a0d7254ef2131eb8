"""Which searches a study makes: each retriever with each of its planners."""

from dataclasses import dataclass

from wattrag.study.load import Study
from wattrag.study.planners import NONE, SELF, Answerer, Planner
from wattrag.study.sweeps.names import is_derived


@dataclass(frozen=True)
class Retrieval:
    """A retriever with the queries of one planner, or of none."""

    retriever: str
    plans: Planner | None

    @property
    def planner(self) -> str:
        """The `{planner}` of its files."""
        return NONE if self.plans is None else self.plans.name


def retrievals(study: Study) -> list[Retrieval]:
    """Every search of a study, in the configuration's order; those of sweeps alone aside.

    Raises:
        InputError: a planner that is not declared, or cannot plan.
    """
    found = [
        _retrieval(study, name, answerer)
        for name, retriever in study.settings.retrievers.items()
        if not is_derived(name)
        for answerer in (study.answerers if retriever.planner == SELF else [None])
    ]
    return list(dict.fromkeys(found))


def retrieval_of(study: Study, pipeline: str, answerer: Answerer) -> Retrieval:
    """The search whose evidence a model answers from."""
    return _retrieval(study, study.settings.pipelines[pipeline].retriever, answerer)


def _retrieval(study: Study, retriever: str, answerer: Answerer | None) -> Retrieval:
    return Retrieval(retriever, study.planner(retriever, answerer))
