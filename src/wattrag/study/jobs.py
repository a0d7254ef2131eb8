"""Which results a study has: its documents, experiments, ensembles and external results."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from wattrag.config.problems import nearest
from wattrag.datafiles.ids import check_document_id
from wattrag.errors import InputError
from wattrag.study.illustrated import illustrated_corpora
from wattrag.study.load import Study

EXTERNAL = "external"


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
        for corpus in illustrated_corpora(study.settings, study.registry)
        for row in study.sheets[str(study.settings.corpora[corpus].source)]
        if row.extension == "pdf"
    ]


def experiments(study: Study) -> list[Experiment]:
    """Every experiment of the current env, in the configuration's order."""
    settings = study.settings
    return [
        Experiment(settings.env, datafile, pipeline, model, precision, run)
        for datafile in settings.datafiles
        for pipeline in settings.pipelines
        for model, precision in study.answerers
        for run in range(1, settings.runs + 1)
    ]


def external_results(study: Study) -> list[External]:
    """Submissions under `external_results`, for this study's datafiles, sorted.

    Raises:
        InputError: no such folder, a submission outside `[<env>/]<datafile>/<name>/`, or a name
            that cannot be a folder of ours.
    """
    given = study.settings.external_results
    if given is None:
        return []
    folder = study.path(given)
    if not folder.is_dir():
        raise InputError(study.where, f"external_results: no folder '{given}'", "check the path")
    found = []
    for path in sorted(folder.rglob("submission.csv")):
        place = path.parent.relative_to(folder).parts
        if place[1:] == ():
            wanted = "external_results/[<env>/]<datafile>/<name>/"
            raise InputError(str(path), f"is not in a folder {wanted}", "move it there")
        *env, datafile, name = place
        if datafile in study.settings.datafiles and len(env) <= 1:
            machine = env[0] if env else EXTERNAL
            for part in (machine, name):
                check_document_id(part, str(path.parent))
            found.append(External(machine, datafile, name, path))
    return found


def merged_results(study: Study, results: Path) -> list[External]:
    """Experiments of other machines that were merged into the results tree, sorted."""
    found = []
    for path in sorted(results.glob("experiments/*/*/*/*/*/run*/submission.csv")):
        env, datafile, *name = path.parent.relative_to(results / "experiments").parts
        if env != study.settings.env and datafile in study.settings.datafiles:
            found.append(External(env, datafile, "--".join(name), path))
    return found


def members(study: Study, ensemble: str, datafile: str) -> list[Experiment | External]:
    """The members of an ensemble on a datafile: pattern by pattern, each once.

    Raises:
        InputError: a pattern that matches nothing on any datafile, a weight of no member.
    """
    found: dict[Experiment | External, None] = {}
    for pattern in study.settings.ensembles[ensemble].members:
        matching = list(_matching(study, pattern))
        if not matching:
            raise InputError(
                study.where,
                f"ensembles.{ensemble}.members: '{pattern}' matches nothing",
                "write {pipeline}/{model}/{precision}/run{n} or external:{env}/{name}",
            )
        found.update(dict.fromkeys(matching))
    _check_weights(study, ensemble, [member_name(member) for member in found])
    return [member for member in found if member.datafile == datafile]


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
    """(datafile, ensemble) pairs that have members."""
    return [
        (datafile, ensemble)
        for datafile in study.settings.datafiles
        for ensemble in study.settings.ensembles
        if members(study, ensemble, datafile)
    ]


def labelled(study: Study) -> list[str]:
    """Datafiles that can be scored."""
    return [name for name, questions in study.question_files.items() if questions.labelled]


def _matching(study: Study, pattern: str) -> Iterator[Experiment | External]:
    if pattern.startswith(f"{EXTERNAL}:"):
        wanted = pattern.removeprefix(f"{EXTERNAL}:")
        for external in external_results(study):
            if fnmatchcase(f"{external.env}/{external.name}", wanted):
                yield external
        return
    for experiment in experiments(study):
        if fnmatchcase(experiment.name, pattern):
            yield experiment
