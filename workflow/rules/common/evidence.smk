"""Questions, plans and evidence: what searching, answering and judging read."""

from wattrag.study.planners import Answerer
from wattrag.study.retrievals import retrieval_of


def index_of(wildcards):
    """The index that a retriever searches."""
    index = STUDY.settings.retrievers[wildcards.retriever].index
    return write(rules.index.output.built, index=index)


def question_file(wildcards):
    """The CSV of a datafile."""
    return str(STUDY.question_files[wildcards.datafile].path)


def plan_files(retriever, planner, datafile):
    """The plans that a retriever searches with; none if questions are searched for alone."""
    if (retriever, planner) not in PLANS:
        raise WorkflowError(f"retriever '{retriever}' has no planner '{planner}'")
    plans = PLANS[retriever, planner]
    if plans is None:
        return {}
    chosen = {"env": STUDY.settings.env, "datafile": datafile, **vars(plans)}
    return {
        "plans": write(rules.plan.output.queries, **chosen),
        "plan_usage": write(rules.plan.output.usage, **chosen),
    }


def retrieval_files(wildcards):
    """The evidence that a model answers from: planned by itself, if its retriever wants that."""
    made = rules.retrieve.output
    return {
        "retrieved": of_retrieval(made.retrieved, wildcards),
        "retrieval_usage": of_retrieval(made.usage, wildcards),
    }


def judged_retrieval(wildcards):
    """The metrics of the evidence that an experiment answered from."""
    return of_retrieval(rules.retrieval_metrics.output.metrics, wildcards)


def of_retrieval(pattern, wildcards):
    """A file of the retrieval that an experiment answered from."""
    answerer = Answerer(wildcards.model, wildcards.precision)
    found = retrieval_of(STUDY, wildcards.pipeline, answerer)
    return write(
        pattern,
        retriever=found.retriever,
        datafile=wildcards.datafile,
        planner=found.planner,
    )


def judged_retrievals(wildcards):
    """The metrics of every retriever, with each of its planners, on a datafile."""
    return [
        write(
            rules.retrieval_metrics.output.metrics,
            retriever=retriever,
            datafile=wildcards.datafile,
            planner=planner,
        )
        for retriever, planner in SEARCHES
    ]
