"""Which results a study has: its documents, experiments, ensembles and external results."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from wattrag.config.problems import nearest
from wattrag.datafiles.ids import check_document_id, path_name
from wattrag.errors import InputError
from wattrag.study.illustrated import illustrated_corpora
from wattrag.study.load import Study
from wattrag.study.sweeps.names import is_derived

EXTERNAL = "external"
SUBMISSION = "submission.csv"
_REPORTS = ("usage.json", "summary.json")


@dataclass(frozen=True)
class Experiment:
    """One answered datafile: the wildcards of an experiment's folder."""

    env: str
    datafile: str
    pipeline: str
    model: str
    precision: str
    run: int

    @property
    def name(self) -> str:
        """How ensembles and tables call it within its env and datafile."""
        return f"{self.pipeline}/{self.model}/{self.precision}/run{self.run}"


@dataclass(frozen=True)
class External:
    """A submission that we did not make: another system's, or another machine's."""

    env: str
    datafile: str
    name: str
    submission: Path
    experiment: Experiment | None = None
    """What it is on the machine that made it; None for another system's."""

    @property
    def reported_in(self) -> Path | None:
        """What is said beside it of times, energy and hardware, if anything is."""
        beside = (self.submission.with_name(name) for name in _REPORTS)
        return next((path for path in beside if path.is_file()), None)


def families(study: Study) -> list[str]:
    """Families of the study's models, sorted; each gets a scaling table.

    Raises:
        InputError: a family that cannot be part of a file's name.
    """
    found = {study.model(name).family for name in study.models}
    return [check_document_id(family, "models.yaml: family") for family in sorted(found) if family]


def documents(study: Study, corpus: str) -> list[str]:
    """Ids of a corpus's documents, sorted."""
    settings = study.settings.corpora[corpus]
    if settings.source is not None:
        return sorted(row.id for row in study.sheets[settings.source])
    return sorted(path.stem for path in study.path(str(settings.trees)).glob("*.json"))


def illustrated(study: Study) -> list[tuple[str, str]]:
    """(corpus, document) of every PDF whose figures are sent to a model."""
    return [
        (corpus, row.id)
        for corpus in illustrated_corpora(study.swept, study.registry)
        for row in study.sheets[str(study.settings.corpora[corpus].source)]
        if row.extension == "pdf"
    ]


def experiments(study: Study) -> list[Experiment]:
    """Every experiment of the current env, in the configuration's order; those of sweeps aside."""
    settings = study.settings
    return [
        Experiment(settings.env, datafile, pipeline, model, precision, run)
        for datafile in settings.datafiles
        for pipeline in settings.pipelines
        if not is_derived(pipeline)
        for model, precision in study.answerers
        for run in range(1, settings.runs + 1)
    ]


def external_results(study: Study) -> list[External]:
    """Submissions under `external_results`, for this study's datafiles, sorted.

    Other files, folders that begin with a dot and other datafiles are passed over, so that a
    tree of KohakuRAG_UI serves as it is. In names, what cannot be part of a path becomes `_`.

    Raises:
        InputError: no such folder, a submission too high up in it to be one of
            `[<env>/]<datafile>/<name>/`, or two whose names become the same.
    """
    given = study.settings.external_results
    if given is None:
        return []
    folder = study.path(given)
    if not folder.is_dir():
        raise InputError(study.where, f"external_results: no folder '{given}'", "check the path")
    found: dict[External, Path] = {}
    for path in sorted(folder.rglob(SUBMISSION)):
        external = _external(study, path, path.parent.relative_to(folder).parts)
        if external is None:
            continue
        same = External(external.env, external.datafile, external.name, Path())
        if same in found:
            problem = f"is called '{external.name}', as {found[same].parent} is"
            raise InputError(str(path.parent), problem, "rename one")
        found[same] = path
    return [External(e.env, e.datafile, e.name, path) for e, path in found.items()]


def _external(study: Study, path: Path, place: tuple[str, ...]) -> External | None:
    """The submission at a place below `external_results`; None if it is not for this study."""
    if any(part.startswith(".") for part in place):
        return None
    if place[1:] == ():
        wanted = "external_results/[<env>/]<datafile>/<name>/"
        raise InputError(str(path), f"is not in a folder {wanted}", "move it there")
    *env, datafile, name = place
    if datafile not in study.settings.datafiles or len(env) > 1:
        return None
    machine, name = (path_name(part) for part in (env[0] if env else EXTERNAL, name))
    for part in (machine, name):
        check_document_id(part, str(path.parent))
    return External(machine, datafile, name, path)


def merged_results(study: Study, results: Path) -> list[External]:
    """Experiments of other machines that were merged into the results tree, sorted.

    Points of their sweeps are left out, where these have pipelines of their own.
    """
    found = []
    for path in sorted(results.glob("experiments/*/*/*/*/*/run*/submission.csv")):
        env, datafile, *name = path.parent.relative_to(results / "experiments").parts
        pipeline, model, precision, run = name
        foreign = env != study.settings.env and not is_derived(pipeline)
        number = run.removeprefix("run")
        if foreign and number.isdecimal() and datafile in study.settings.datafiles:
            made = Experiment(env, datafile, pipeline, model, precision, int(number))
            found.append(External(env, datafile, "--".join(name), path, made))
    return found


def members(study: Study, ensemble: str, datafile: str) -> list[Experiment | External]:
    """The members of an ensemble on a datafile: pattern by pattern, each once.

    Raises:
        InputError: a pattern that matches nothing on any datafile, a weight of no member.
    """
    found: dict[Experiment | External, None] = {}
    for pattern in study.settings.ensembles[ensemble].members:
        named = list(matching(study, pattern))
        if not named:
            raise InputError(
                study.where,
                f"ensembles.{ensemble}.members: '{pattern}' matches nothing",
                "write {pipeline}/{model}/{precision}/run{n} or external:{env}/{name}",
            )
        found.update(dict.fromkeys(named))
    _check_weights(study, ensemble, [member_name(member) for member in found])
    return [member for member in found if member.datafile == datafile]


def confident(
    study: Study, ensemble: str, voting: Iterable[Experiment | External]
) -> list[Experiment]:
    """Members that say how sure each answer is, where the ensemble's votes depend on it."""
    if study.settings.ensembles[ensemble].strategy != "confidence":
        return []
    return [member for member in voting if isinstance(member, Experiment)]


def member_name(member: Experiment | External) -> str:
    """How an ensemble's settings call a member."""
    if isinstance(member, External):
        return f"{EXTERNAL}:{member.env}/{member.name}"
    return member.name


def _check_weights(study: Study, ensemble: str, names: list[str]) -> None:
    for name in study.settings.ensembles[ensemble].weights or {}:
        if name not in names:
            raise InputError(
                study.where,
                f"ensembles.{ensemble}.weights: '{name}' is no member",
                nearest(name, list(dict.fromkeys(names))),
            )


def ensembles(study: Study) -> list[tuple[str, str]]:
    """(datafile, ensemble) pairs that have members.

    An ensemble that is weighted by a datafile's scores is not made on that datafile: it would be
    judged by the gold that chose its votes.

    Raises:
        InputError: as of `members`, or there is no other datafile than the one it is weighted by.
    """
    found = []
    for ensemble, settings in study.settings.ensembles.items():
        on = [name for name in study.settings.datafiles if members(study, ensemble, name)]
        judged = [name for name in on if name != settings.weights_from]
        if on and not judged:
            raise _judged_by_its_weights(study, ensemble)
        for name in judged:
            weighing(study, ensemble, name)
            found.append((name, ensemble))
    order = list(study.settings.datafiles)
    return sorted(found, key=lambda pair: order.index(pair[0]))


def weighing(study: Study, ensemble: str, datafile: str) -> list[Experiment | External]:
    """The members' results whose scores are their votes on a datafile, in member order.

    Returns:
        Results on `weights_from`; none if the ensemble is weighted otherwise.

    Raises:
        InputError: `weights_from` is the datafile itself, cannot be scored, or lacks a member.
    """
    source = study.settings.ensembles[ensemble].weights_from
    if source is None:
        return []
    if source == datafile:
        raise _judged_by_its_weights(study, ensemble)
    where = f"ensembles.{ensemble}.weights_from"
    if not study.question_files[source].labelled:
        problem = f"{where}: '{source}' has no gold answers"
        raise InputError(study.where, problem, "name a labelled datafile")
    known = {member_name(member): member for member in members(study, ensemble, source)}
    found = []
    for member in members(study, ensemble, datafile):
        if (name := member_name(member)) not in known:
            problem = f"{where}: member '{name}' has no results on '{source}'"
            raise InputError(study.where, problem, "add them, or name its `weights`")
        found.append(known[name])
    return found


def studied(study: Study, ensemble: str, datafile: str) -> dict[str, list[Experiment | External]]:
    """The members whose ensembles are chosen on one datafile and judged on another.

    Returns:
        `datafile` first, then every other labelled datafile that shares two of its members: each
        with the members that it has of those. Empty where there is nothing to study.
    """
    settings = study.settings.ensembles[ensemble]
    if datafile == settings.weights_from or datafile not in labelled(study):
        return {}
    judged = members(study, ensemble, datafile)
    names = {member_name(member) for member in judged}
    found = {datafile: judged}
    for other in labelled(study):
        theirs = members(study, ensemble, other)
        shared = [member for member in theirs if member_name(member) in names]
        if other != datafile and len(shared) > 1:
            found[other] = shared
    return found if len(found) > 1 else {}


def _judged_by_its_weights(study: Study, ensemble: str) -> InputError:
    source = study.settings.ensembles[ensemble].weights_from
    return InputError(
        study.where,
        f"ensembles.{ensemble}.weights_from: '{source}' would judge the votes that it weighs",
        "weigh by one datafile and judge on another",
    )


def ensemble_studies(study: Study) -> list[tuple[str, str]]:
    """(datafile, ensemble) pairs whose ensembles can be chosen on other questions."""
    return [
        (datafile, ensemble)
        for datafile in labelled(study)
        for ensemble in study.settings.ensembles
        if studied(study, ensemble, datafile)
    ]


def labelled(study: Study) -> list[str]:
    """Datafiles that can be scored."""
    return [name for name, questions in study.question_files.items() if questions.labelled]


def matching(study: Study, pattern: str) -> Iterator[Experiment | External]:
    """The results that a member's pattern names, on all datafiles."""
    if pattern.startswith(f"{EXTERNAL}:"):
        wanted = pattern.removeprefix(f"{EXTERNAL}:")
        for external in external_results(study):
            if fnmatchcase(f"{external.env}/{external.name}", wanted):
                yield external
        return
    for experiment in experiments(study):
        if fnmatchcase(experiment.name, pattern):
            yield experiment
