"""The estimate of a study: its plans, its experiments, their sum, and its ceilings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wattrag.config.chat import ChatEntry
from wattrag.llm.usage import cost_of
from wattrag.retrieval.records import Retrieved
from wattrag.study.estimate.calls import Calls, answer_calls, model_key, plan_calls
from wattrag.study.estimate.evidence import evidence_found
from wattrag.study.estimate.figures import Figures, figures, totals
from wattrag.study.estimate.limits import Limit, limits
from wattrag.study.estimate.measured import Measured, measured, measured_of
from wattrag.study.estimate.replay import ReadOnlyStore
from wattrag.study.jobs import Experiment, experiments
from wattrag.study.load import Study
from wattrag.study.planners import Answerer, Planner
from wattrag.study.retrievals import Retrieval, retrieval_of, retrievals
from wattrag.study.sweeps.runs import swept_experiments, swept_retrievals

ASSUMPTIONS = (
    "low: one call for each question that is not stored; equal calls of several experiments once",
    "high: no attempt gives an answer, so that all are made; replies are readable at once",
    "tokens in: the prompts', estimated, in the proportion that stored replies show; evidence "
    "not found yet is as long as expansion.max_chars lets it be",
    "tokens out and seconds: the mean of the model's stored replies; without any, replies are as "
    "long as max_new_tokens lets them be, and times are not known",
    "hours: as many calls at a time as the model takes, jobs one after another, loading aside",
)


@dataclass(frozen=True)
class Job:
    """What one job will ask: an experiment's answers, or a planner's plans."""

    questions: int
    with_evidence: int | None
    """Questions whose evidence is found, so that their prompts are known; None for plans."""
    stored: int | None
    """Questions that need no call; None without evidence, and for readers without a model."""
    measured_replies: int
    """Stored replies that the figures rest on."""
    figures: Figures


@dataclass(frozen=True)
class Estimate:
    """What a study will ask from here on."""

    plans: Mapping[tuple[str, Planner], Job]
    """By datafile and planner."""
    experiments: Mapping[Experiment, Job]
    total: Figures
    limits: tuple[Limit, ...]


def estimate(study: Study) -> Estimate:
    """What the next run of a study would ask of its models, given what is stored.

    Nothing is asked, loaded or written. Jobs whose results stand are not told apart: what they
    asked is in the store.

    Raises:
        InputError: a model's window has no room for its prompt, as in the run.
    """
    root = Path(study.settings.store)
    planning, answering = ReadOnlyStore(root), ReadOnlyStore(root)
    plan_jobs = {p: plan_calls(study, *p, planning) for p in _planned(study)}
    answer_jobs = _answer_calls(study, answering)  # all of them, before any mean is taken
    plans = {
        (datafile, planner): _job(study, calls, planner, planning)
        for (datafile, planner), calls in plan_jobs.items()
    }
    answers = {one: _job(study, calls, one, answering) for one, calls in answer_jobs.items()}
    total = totals(job.figures for job in (*plans.values(), *answers.values()))
    planners = [planner for _, planner in plan_jobs]
    spent = _spent(study, planners, planning) + _spent(study, answer_jobs, answering)
    return Estimate(plans, answers, total, tuple(limits(study.settings.limits, total, spent)))


def _planned(study: Study) -> list[tuple[str, Planner]]:
    """Every datafile with each of its planners, those of sweeps too."""
    planners = dict.fromkeys(s.plans for s in retrievals(study) if s.plans is not None)
    own = [(datafile, planner) for datafile in study.question_files for planner in planners]
    swept = ((on, s.plans) for s, on in swept_retrievals(study) if s.plans is not None)
    return list(dict.fromkeys([*own, *swept]))


def _answer_calls(study: Study, store: ReadOnlyStore) -> dict[Experiment, Calls]:
    found = {}
    evidence: dict[tuple[Retrieval, str], Mapping[str, Retrieved]] = {}
    seen: set[bytes] = set()
    for one in dict.fromkeys([*experiments(study), *swept_experiments(study)]):
        search = retrieval_of(study, one.pipeline, Answerer(one.model, one.precision))
        if (search, one.datafile) not in evidence:
            evidence[search, one.datafile] = evidence_found(study, search, one.datafile)
        found[one] = answer_calls(study, one, evidence[search, one.datafile], store, seen)
    return found


def _job(study: Study, calls: Calls, who: Planner | Experiment, store: ReadOnlyStore) -> Job:
    entry, known, taken = study.registry[who.model], Measured(), Figures()
    if isinstance(entry, ChatEntry):
        key = model_key(study, entry, who.precision)
        met = store.met.get(key.digest)
        known = measured([*met.values()]) if met else measured_of(store.root, key)
        taken = figures(calls.low, calls.high, entry, known, study.settings.generation)
    return Job(calls.questions, calls.with_evidence, calls.stored, known.replies, taken)


def _spent(
    study: Study, who: Iterable[Planner | Experiment], store: ReadOnlyStore
) -> list[float | None]:
    """What each stored reply of this study cost, each once."""
    found: list[float | None] = []
    models = {(one.model, one.precision) for one in who}
    for model, precision in sorted(models):
        entry = study.registry[model]
        if isinstance(entry, ChatEntry):
            met = store.met.get(model_key(study, entry, precision).digest, {})
            found += [cost_of(reply, entry.prices) for _, reply in met.values()]
    return found
