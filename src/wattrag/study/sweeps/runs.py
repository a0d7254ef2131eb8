"""What a sweep is made of on a datafile: experiments it needs, members that it votes over."""

from collections.abc import Iterable, Sequence
from itertools import chain

from wattrag.analysis.sweeps.plan import PlannedPoint, SweepPlan
from wattrag.config.adhoc import model_name
from wattrag.config.problems import nearest
from wattrag.config.sweeps import Value
from wattrag.ensemble.options import VoteOptions
from wattrag.errors import InputError
from wattrag.study.jobs import Experiment, External, labelled, matching, member_name
from wattrag.study.load import Study
from wattrag.study.planners import Answerer
from wattrag.study.retrievals import Retrieval, retrieval_of, retrievals
from wattrag.study.sweeps.params import SIZE, VOTING
from wattrag.study.sweeps.points import AnsweredPoint, Point, place

SWEEP = "sweep:"
"""Before the name of a sweep whose runs are members."""
_VOTE = sorted(VOTING - {SIZE})


def sweep_datafiles(study: Study, name: str) -> list[str]:
    """The question files that a sweep is made on.

    Raises:
        InputError: one has no gold answers.
    """
    found = study.settings.sweeps[name].datafiles
    if found is None:
        return labelled(study)
    for datafile in found:
        if datafile not in labelled(study):
            where = f"{study.where}: {place(study.settings, name)}.datafiles"
            problem = f"'{datafile}' has no gold answers"
            raise InputError(where, problem, "name a labelled datafile")
    return list(found)


def sweeps(study: Study) -> list[tuple[str, str]]:
    """(datafile, sweep) pairs that are made, in the configuration's order.

    Raises:
        InputError: as of `sweep_datafiles`, `experiments_of` and `members_of`.
    """
    found = [(on, name) for name in study.settings.sweeps for on in sweep_datafiles(study, name)]
    for datafile, name in found:
        sources_of(study, name, datafile)
    return found


def sources_of(study: Study, name: str, datafile: str) -> list[Experiment | External]:
    """The results that a sweep reads: its members, or its points' experiments, run by run."""
    if study.settings.sweeps[name].votes:
        return members_of(study, name, datafile)
    return list(experiments_of(study, name, datafile))


def experiments_of(study: Study, name: str, datafile: str) -> list[Experiment]:
    """The experiments of a sweep on a datafile: point by point, then run by run.

    Raises:
        InputError: a precision that a model does not declare.
    """
    settings = study.settings
    runs = settings.sweeps[name].runs or settings.runs
    found = []
    for point in study.swept.answered[name]:
        answerer = _answerer(study, name, point)
        found += [
            Experiment(settings.env, datafile, point.pipeline, *answerer, run)
            for run in range(1, runs + 1)
        ]
    return found


def members_of(study: Study, name: str, datafile: str) -> list[Experiment | External]:
    """The results on a datafile that a sweep votes over: pattern by pattern, each once.

    Raises:
        InputError: a pattern that matches nothing, or fewer members than a point asks for.
    """
    where = f"{study.where}: {place(study.settings, name)}"
    found: dict[Experiment | External, None] = {}
    for pattern in study.settings.sweeps[name].members or []:
        named = [m for m in _named(study, pattern, datafile, where) if m.datafile == datafile]
        if not named:
            problem = f"members: '{pattern}' matches nothing on '{datafile}'"
            raise InputError(where, problem, "write members as in `ensembles`, or sweep:NAME")
        found.update(dict.fromkeys(named))
    most = max((point.size or 1 for point in study.swept.voted[name]), default=1)
    if most > len(found):
        problem = f"asks for votes of {most}, and '{datafile}' has {len(found)} members"
        raise InputError(where, problem, "lower ensemble_size, or make more runs")
    return list(found)


def plan_of(study: Study, name: str, datafile: str) -> SweepPlan:
    """A sweep as its job reads it; its sources are those of `sources_of`, in that order."""
    sweep = study.settings.sweeps[name]
    points: list[PlannedPoint] = []
    for voted in study.swept.voted.get(name, ()):
        rule = VoteOptions(**{key: getattr(voted.vote, key) for key in _VOTE})
        points.append(PlannedPoint(texts=tuple(voted.texts.items()), size=voted.size, vote=rule))
    for point in study.swept.answered.get(name, ()):
        source = "/".join((point.pipeline, *_answerer(study, name, point)))
        points.append(PlannedPoint(texts=tuple(point.texts.items()), source=source))
    voting = members_of(study, name, datafile) if sweep.votes else None
    every = [*study.swept.voted.get(name, ()), *study.swept.answered.get(name, ())]
    return SweepPlan(
        axes=tuple((str(a.param), _in_order(every, str(a.param))) for a in sweep.axes),
        fixed=sweep.fixed,
        points=tuple(points),
        runs=1 if sweep.votes else sweep.runs or study.settings.runs,
        members=None if voting is None else tuple(member_name(m) for m in voting),
    )


def swept_experiments(study: Study) -> list[Experiment]:
    """Every experiment that a sweep needs, each once."""
    found = (
        experiments_of(study, name, datafile)
        for datafile, name in sweeps(study)
        if not study.settings.sweeps[name].votes
    )
    return list(dict.fromkeys(chain.from_iterable(found)))


def swept_retrievals(study: Study) -> list[tuple[Retrieval, str]]:
    """Searches that only sweeps need, with the datafile they are made on."""
    own = set(retrievals(study))
    found = (
        (retrieval_of(study, e.pipeline, Answerer(e.model, e.precision)), e.datafile)
        for e in swept_experiments(study)
    )
    return [pair for pair in dict.fromkeys(found) if pair[0] not in own]


def _in_order(points: Sequence[Point], param: str) -> tuple[Value, ...]:
    """The values of an axis as they were read, in the configuration's order."""
    return tuple({point.texts[param]: point.values[param] for point in points}.values())


def _named(
    study: Study, pattern: str, datafile: str, where: str
) -> Iterable[Experiment | External]:
    if not pattern.startswith(SWEEP):
        return matching(study, pattern)
    name = pattern.removeprefix(SWEEP)
    if name not in study.swept.answered:
        known = list(study.swept.answered)
        raise InputError(
            where, f"members: no sweep '{name}' over experiments", nearest(name, known)
        )
    return experiments_of(study, name, datafile)


def _answerer(study: Study, name: str, point: AnsweredPoint) -> Answerer:
    model = model_name(point.model)
    declared = study.model(model).precisions
    precision = declared[0] if point.precision == "default" else point.precision
    if precision not in declared:
        where = f"{study.where}: {place(study.settings, name)}"
        problem = f"model '{model}' does not run at '{precision}'"
        raise InputError(where, problem, nearest(precision, list(declared)))
    return Answerer(model, precision)
