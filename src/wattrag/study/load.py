"""From a configuration to a study: settings checked, models looked up, inputs read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from wattrag.answering.chat.prompt import prompt_of
from wattrag.config.adhoc import model_name
from wattrag.config.chat import ChatEntry
from wattrag.config.declared import DeclaredModel
from wattrag.config.embedders import CrossEncoderModel
from wattrag.config.models import (
    Answering,
    EmbedderEntry,
    Registry,
    read_models,
)
from wattrag.config.problems import first_problem, nearest
from wattrag.config.settings import Settings
from wattrag.config.weights import Weights
from wattrag.corpus.fetch import local_path
from wattrag.datafiles.questions import QuestionFile, read_questions
from wattrag.datafiles.sheet import SheetRow, read_sheet
from wattrag.errors import InputError
from wattrag.files import read_bytes
from wattrag.llm.spending import check_priced
from wattrag.llm.weights.adhoc import with_adhoc
from wattrag.llm.weights.loading import check_pinned
from wattrag.study.illustrated import check_images
from wattrag.study.planners import NONE, SELF, Answerer, Planner, planner_of, planning_model
from wattrag.study.sweeps.derive import Swept, derive, own_depth

SHIPPED = Path(__file__).resolve().parents[3]
MODELS = "config/models.yaml"
SMOKE_QUESTIONS = 1


@dataclass(frozen=True)
class Study:
    """Settings with everything that they name."""

    settings: Settings
    """As configured, and after the study's own sections those that its sweeps derive."""
    registry: Registry
    """Declared and ad-hoc models, by their names in the results."""
    sheets: Mapping[str, tuple[SheetRow, ...]] = field(repr=False)
    question_files: Mapping[str, QuestionFile] = field(repr=False)
    swept: Swept = field(repr=False)
    root: Path = SHIPPED
    where: str = "config"
    """How messages call the configuration."""

    def path(self, given: str) -> Path:
        """A path of the configuration: the user's file first, then the one shipped with us."""
        return resolve(given, self.root)

    def model(self, name: str) -> Answering:
        """The model `name` that answers."""
        found = self.registry[name]
        assert isinstance(found, Answering)  # noqa: S101 - checked when the study was made
        return found

    def embedder(self, index: str) -> EmbedderEntry:
        """The declared embedder of an index."""
        found = self.registry[self.settings.indexes[index].embedder]
        assert isinstance(found, EmbedderEntry)  # noqa: S101 - as above
        return found

    def cross_encoder(self, retriever: str) -> CrossEncoderModel | None:
        """The declared cross-encoder of a retriever; None if it has none."""
        name = self.settings.retrievers[retriever].cross_encoder
        found = None if name is None else self.registry[name]
        assert found is None or isinstance(found, CrossEncoderModel)  # noqa: S101 - as above
        return found

    def searching(self, retriever: str) -> list[EmbedderEntry | CrossEncoderModel]:
        """The models that a retriever may load."""
        settings, crossed = self.settings.retrievers[retriever], self.cross_encoder(retriever)
        embedder = [self.embedder(settings.index)] if settings.needs_embedder else []
        return [*embedder, *([crossed] if crossed is not None else [])]

    @property
    def models(self) -> list[str]:
        """The models that answer, by their names in the results."""
        return [model_name(written) for written in self.settings.models]

    @property
    def answerers(self) -> list[Answerer]:
        """The models that answer, each at those of the study's precisions that it has."""
        return [
            Answerer(model, precision)
            for model in self.models
            for precision in _precisions(self.model(model), self.settings)
        ]

    def depth(self, retriever: str) -> int:
        """Deepening attempts after the first that are retrieved for."""
        derived = self.swept.depths.get(retriever)
        return own_depth(self.settings, retriever) if derived is None else derived

    def planner(self, retriever: str, answerer: Answerer | None) -> Planner | None:
        """Who plans for a retriever whose evidence `answerer` reads; None if nobody does."""
        where = f"{self.where}: retrievers.{retriever}"
        return planner_of(self.settings.retrievers[retriever], answerer, self.registry, where)

    def planning_model(self, name: str) -> ChatEntry:
        """The chat model `name`, which plans."""
        return planning_model(name, self.registry, self.where)

    @property
    def question_limit(self) -> int | None:
        """Questions asked of each datafile; None for all."""
        return question_limit(self.settings)

    def local_document(self, source: str, document_id: str) -> Path | None:
        """The file on this machine a document comes from; None if it is downloaded."""
        sheet = self.path(self.settings.sources[source].sheet)
        return local_path(self.row(source, document_id), sheet.parent)

    def row(self, source: str, document_id: str) -> SheetRow:
        """The sheet's row of a document."""
        return next(row for row in self.sheets[source] if row.id == document_id)


def question_limit(settings: Settings) -> int | None:
    """Questions asked of each datafile; None for all."""
    return SMOKE_QUESTIONS if settings.smoke else settings.limits.questions


def models_of(settings: Settings) -> list[str]:
    """All models that a study uses, as written: readers, planners, embedders, cross-encoders."""
    searching = settings.retrievers.values()
    named = [
        *reading(settings),
        *(retriever.planner for retriever in searching),
        *(index.embedder for index in settings.indexes.values()),
        *(retriever.cross_encoder for retriever in searching if retriever.cross_encoder),
    ]
    return list(dict.fromkeys(named))


def reading(settings: Settings) -> list[str]:
    """The models that answer, as written: the study's own, then those of its sweeps alone."""
    swept = (
        named
        for sweep in settings.sweeps.values()
        for named in (
            sweep.model,
            sweep.fixed.get("model"),
            *(value for axis in sweep.axes if axis.param == "model" for value in axis.values),
        )
    )
    return list(dict.fromkeys([*settings.models, *(str(n) for n in swept if n is not None)]))


def resolve(given: str, root: Path = SHIPPED) -> Path:
    """`given` where it exists from the working directory, else from the workflow's own root."""
    path = Path(given)
    return root / path if not _exists(path) and _exists(root / path) else path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long, or with a NUL: reading it will say so
        return False


def config_name(files: Sequence[str | Path], *, overridden: bool) -> str:
    """How messages call a configuration: by its file, if all of it comes from one file."""
    if len(files) != 1 or overridden:
        return "config"
    path = Path(files[0]).absolute()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def declared_models(root: Path = SHIPPED) -> Registry:
    """The entries of `config/models.yaml`: the user's, else the one shipped with us."""
    return read_models(resolve(MODELS, root))


def study_models(settings: Settings, root: Path = SHIPPED, where: str = "config") -> Registry:
    """Every model that a study may use, by its name in the results: declared and ad-hoc ones.

    Raises:
        InputError: an ad-hoc model that is none, is not pinned, or has another model's name.
    """
    declared = declared_models(root)
    return with_adhoc(declared, [*declared, *models_of(settings)], where)


def read_settings(config: Mapping[str, Any], where: str = "config") -> Settings:
    """Validate a configuration, and add the sections that its sweeps derive.

    Raises:
        InputError: the first wrong key or value, with the nearest known key.
    """
    return read_swept(config, where).settings


def read_swept(config: Mapping[str, Any], where: str = "config") -> Swept:
    """Validate a configuration, and derive what its sweeps need; errors as in `read_settings`."""
    return derive(_validated(config, where), where)


def _validated(config: Mapping[str, Any], where: str) -> Settings:
    try:
        return Settings.model_validate(dict(config))
    except ValidationError as error:
        raise InputError(where, *first_problem(error, Settings)) from error


def read_config_file(path: Path) -> Mapping[str, Any]:
    """Parse a YAML configuration.

    Raises:
        InputError: unreadable, no YAML, or no mapping.
    """
    try:
        data = yaml.safe_load(read_bytes(path))
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: no such date
        raise InputError(str(path), "is not valid YAML", str(error)) from error
    if not isinstance(data, dict):
        raise InputError(str(path), "holds no settings", "see config/README.md")
    return data


def load_study(config: Mapping[str, Any], where: str = "config", root: Path = SHIPPED) -> Study:
    """Resolve a configuration: read models, sheets and questions.

    Raises:
        InputError: anything wrong in the configuration or in a file it names.
    """
    swept = read_swept(config, where)
    settings = swept.settings
    registry = study_models(settings, root, where)
    _check_models(swept, registry, where)
    sheets = {
        name: read_sheet(resolve(source.sheet, root), source.limit)
        for name, source in settings.sources.items()
    }
    limit = question_limit(settings)
    questions = {
        name: read_questions(resolve(datafile.path, root), datafile.columns, limit)
        for name, datafile in settings.datafiles.items()
    }
    _check_local_documents(settings, sheets, root)
    _check_trees(settings, root, where)
    return Study(settings, registry, sheets, questions, swept, root, where)


def _check_models(swept: Swept, registry: Registry, where: str) -> None:
    settings = swept.settings
    _check_readers(settings, registry, where)
    _check_searching(settings, registry, where)
    for name, retriever in settings.retrievers.items():
        if retriever.planner not in {NONE, SELF}:
            planner = planning_model(retriever.planner, registry, f"{where}: retrievers.{name}")
            check_priced(planner, settings.limits)
    for pipeline in settings.pipelines.values():
        prompt_of(pipeline)
    check_images(swept, registry, where)


def _check_readers(settings: Settings, registry: Registry, where: str) -> None:
    readers = {n: m for n, m in registry.items() if isinstance(m, Answering)}
    names = [model_name(written) for written in reading(settings)]
    for name in names:
        _check_declared("models", name, [*readers], where)
        _check_pinned(registry[name])
        entry = registry[name]
        if isinstance(entry, ChatEntry):
            check_priced(entry, settings.limits)
    offered = {precision for name in names for precision in readers[name].precisions}
    for precision in settings.precisions:
        if precision not in {"default", *offered}:
            problem = f"precisions: no model runs at '{precision}'"
            raise InputError(where, problem, nearest(precision, sorted(offered)))


def _check_searching(settings: Settings, registry: Registry, where: str) -> None:
    """Embedders and cross-encoders: declared, and pinned where the hub has them."""
    embedders = [n for n, m in registry.items() if isinstance(m, EmbedderEntry)]
    crossing = [n for n, m in registry.items() if isinstance(m, CrossEncoderModel)]
    used = {f"indexes.{n}.embedder": (i.embedder, embedders) for n, i in settings.indexes.items()}
    for name, retriever in settings.retrievers.items():
        if retriever.cross_encoder is not None:
            key = f"retrievers.{name}.cross_encoder"
            used[key] = (retriever.cross_encoder, crossing)
    for key, (name, known) in used.items():
        _check_declared(key, name, known, where)
        _check_pinned(registry[name])


def _precisions(model: Answering, settings: Settings) -> list[str]:
    """Those of a study's precisions that a model has."""
    offered = model.precisions
    wanted = [offered[0] if p == "default" else p for p in settings.precisions]
    return list(dict.fromkeys(p for p in wanted if p in offered))


def _check_pinned(entry: DeclaredModel) -> None:
    if isinstance(entry, Weights):
        check_pinned(entry)


def _check_declared(key: str, name: str, known: list[str], where: str) -> None:
    if name not in known:
        cure = nearest(name, known) if known else f"declare one in {MODELS}"
        raise InputError(where, f"{key}: '{name}' is not in {MODELS}", cure)


def _check_local_documents(
    settings: Settings, sheets: Mapping[str, tuple[SheetRow, ...]], root: Path
) -> None:
    for name, rows in sheets.items():
        sheet = resolve(settings.sources[name].sheet, root)
        for row in rows:
            path = local_path(row, sheet.parent)
            if path is not None and not path.is_file():
                raise InputError(str(sheet), f"{row.id}: no file '{path}'", "mend its url")


def _check_trees(settings: Settings, root: Path, where: str) -> None:
    for name, corpus in settings.corpora.items():
        if corpus.trees is not None and not any(resolve(corpus.trees, root).glob("*.json")):
            raise InputError(
                where, f"corpora.{name}.trees: no *.json in '{corpus.trees}'", "check the path"
            )
