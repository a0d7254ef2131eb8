"""The configuration of a study. Docstrings here are the reference in `config/README.md`."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from wattrag.config.adhoc import ModelName
from wattrag.config.base import Config, Name
from wattrag.config.sweeps import Sweep


class Source(Config):
    """Where documents come from."""

    sheet: str
    """CSV with one row per document: `id, title, url`, optionally `type, year, citation`."""
    limit: int | None = Field(default=None, gt=0)
    """Only the first rows of the sheet, for a trial."""


class Corpus(Config):
    """Documents as trees: parsed from a source, or made elsewhere."""

    source: Name | None = None
    """The source whose documents are parsed."""
    trees: str | None = None
    """A folder of document trees (`*.json`) made elsewhere, instead of `source`."""
    parser: Literal["fast", "layout"] = "fast"
    """What reads PDFs: `fast` goes by geometry and fonts, `layout` asks PyMuPDF's layout model."""
    captioner: Literal["offline"] = "offline"
    """What writes figure captions; `offline` keeps the caption printed in the document."""
    on_bad_document: Literal["fail", "skip"] = "fail"
    """A document that cannot be parsed: end the run, or leave it out and list it in the audit."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.source is None) == (self.trees is None):
            raise ValueError("needs either `source` or `trees`")
        return self


class Index(Config):
    """Nodes of a corpus with their vectors and a lexical index."""

    corpus: Name
    """The corpus whose documents are indexed."""
    captioned: Literal[False] = False
    """Index the captions of figures too; only `false` is implemented."""
    embedder: Name = "minilm"
    """An embedder declared in models.yaml."""
    dtype: Literal["f32", "f16", "i8"] = "f16"
    """Number format of the stored vectors; f16 halves the size at no measurable loss."""
    paragraphs: Literal["averaged", "full", "both"] = "averaged"
    """Paragraph vectors: mean of the sentences' by length, the embedded paragraph, or both."""
    use_citations: bool = False
    """Index title and citation where a document has no text: it is unreadable, or missing."""


class Lexical(Config):
    """The BM25 side of a retriever."""

    window: int = Field(default=3, ge=1, le=50)
    """Sentences per BM25 document; a window slides over each section by one sentence."""
    title: bool = True
    """Put the document's title into each window."""
    stemming: bool = True
    """Match words by their English stem (`emission`, `emissions`)."""


class Expansion(Config):
    """How far a hit is widened into context."""

    level: Literal["sentence", "window", "paragraph", "section"] = "paragraph"
    """What is shown of a hit: itself, its neighbours, its paragraph or its section."""
    max_chars: int = Field(default=12000, gt=0)
    """Characters of context per question, at most."""


class Retriever(Config):
    """How evidence is found for a question."""

    index: Name
    """The index that is searched."""
    planner: ModelName = "none"
    """Who writes further queries: `none`, a chat model as in `models`, or `self`, who answers."""
    planner_max_queries: int = Field(default=3, ge=1)
    """Queries per question at most, the question itself among them."""
    fusion: Literal["linear", "rrf"] = "linear"
    """`linear` adds scores divided by their maximum; `rrf` adds reciprocal ranks."""
    dense_weight: float = Field(default=0.5, ge=0, le=1)
    """Share of the dense score: 0 is BM25 only, 1 is dense only."""
    lexical: Lexical = Lexical()
    """The BM25 side; unused at dense_weight 1."""
    top_k: int = Field(default=8, ge=1)
    """Hits per query; attempt n takes `top_k`·(n+1)."""
    deduplicate_retrieval: bool = True
    """Keep each node once over all queries of a question."""
    rerank_strategy: Literal["frequency", "score", "combined"] | None = "combined"
    """Order over all queries: how often a node was found, how well, or 0.4 and 0.6 of each."""
    cross_encoder: Name | None = None
    """Cross-encoder of models.yaml that reads question and text together and orders the hits."""
    top_k_final: int | None = Field(default=10, ge=1)
    """Hits kept after reranking; null keeps all."""
    retrieval_threshold: float = Field(default=0.25, ge=-1, le=1)
    """Drop hits whose best cosine over the queries is lower; unused at dense_weight 0."""
    expansion: Expansion = Expansion()
    """How hits become context."""
    no_overlap: bool = False
    """Show each text once, at its most specific node."""
    with_images: bool = False
    """Show the figures of the sections that hits lie in: caption and place."""
    top_k_images: int = Field(default=0, ge=0)
    """Further figures shown: those whose captions are nearest to the queries."""

    @property
    def needs_embedder(self) -> bool:
        """Whether queries are embedded: not for a search by words alone."""
        return self.dense_weight > 0 or self.top_k_images > 0


class Pipeline(Config):
    """A retriever with the way its evidence is put to a model."""

    retriever: Name
    """The retriever that finds the evidence."""
    prompt: str = "wattbot"
    """Name of the prompt, or the path of your own (`.txt`); the extractive reader uses none."""
    use_reordered_prompt: bool = False
    """Put the context before the question; a prompt of your own has its own order."""
    send_images: bool = False
    """Send the figures that the retriever shows as images, to models that see (`sees_images`)."""
    max_retries: int = Field(default=3, ge=0, le=20)
    """Further attempts with more context when a question was left blank."""


class Datafile(Config):
    """A question file."""

    path: str
    """CSV with one row per question: `id, question`, optionally unit, gold answer and flags."""
    columns: dict[str, str] = Field(default={})
    """Our column name -> the file's, where they differ."""
    metric: Literal["wattbot", "exact_match", "f1", "contains"] = "wattbot"
    """How values are judged: WattBot's rule, or for other benchmarks as text (docs/scoring.md)."""


class Ensemble(Config):
    """A vote over submissions."""

    members: list[str] = Field(min_length=1)
    """Globs over `{pipeline}/{model}/{precision}/run{n}`, or `external:{env}/{name}`."""
    strategy: Literal["majority", "answer_priority", "first_non_blank", "confidence"] = "majority"
    """What picks the value: most votes, the first answer, or votes weighted by confidence."""
    ref_mode: Literal[
        "union", "intersection", "answer_priority", "independent", "ref_priority", "all"
    ] = "union"
    """What picks the citations: among those who voted for the value, or (last three) among all."""
    ignore_blank: bool = True
    """Members that abstain do not vote, unless all do."""
    tiebreak: Literal["first", "blank"] = "first"
    """On a tie: the value seen first in member order, or no answer if all differ."""
    weights: dict[str, Annotated[float, Field(ge=0)]] | None = None
    """Votes per member, by the member's full name; 1 where none is given."""
    weights_from: Name | None = None
    """Instead of `weights`: a datafile; the overall score there is a member's number of votes."""
    raw_votes: bool = False
    """Vote on the strings as they are, instead of on normalised values."""

    @model_validator(mode="after")
    def _one_source_of_weights(self) -> Self:
        if self.weights is not None and self.weights_from is not None:
            raise ValueError("weights: leave out `weights` or `weights_from`")
        return self


class Scoring(Config):
    """How answers are judged."""

    rules: Literal["2025", "2025-normalized", "2026"] = "2025"
    """Rule set of the competition's year; `-normalized` tidies the submitted values first."""


class Plots(Config):
    """How figures look."""

    dpi: int = Field(default=150, ge=50, le=600)
    """Resolution of the PNG files."""
    width_mm: float = Field(default=170, ge=80, le=1000)
    """Width of a figure in millimetres."""
    palette: Literal["colorblind", "gray"] = "colorblind"
    """Colours; `gray` is for print."""


class Generation(Config):
    """How chat models generate."""

    max_new_tokens: int = Field(default=512, ge=1)
    """Length of a reply in tokens, at most."""
    temperature: float = Field(default=0.2, ge=0)
    """Randomness of replies; 0 is greedy."""
    max_concurrent: int = Field(default=5, ge=0)
    """Calls in flight at a time, where the model's entry does not say; 0 sets no limit."""


class Limits(Config):
    """Ceilings of the whole study, on what all jobs that share its store have spent.

    See docs/limits.md: calls in flight finish when a ceiling is reached.
    """

    questions: int | None = Field(default=None, gt=0)
    """Only the first questions of each datafile, for a trial."""
    usd: float | None = Field(default=None, ge=0)
    """Money spent on replies, in US dollars; models that cost any need `prices`."""
    wh: float | None = Field(default=None, ge=0)
    """Energy of models that run here, in watt-hours; refused where nothing can measure it."""
    gpu_hours: float | None = Field(default=None, ge=0)
    """Time that jobs which plan or answer hold GPUs, in hours, times their number."""


class Settings(Config):
    """A study: what is read, how it is searched and answered, how it is judged."""

    env: Name = "local"
    """Name of this machine in the results tree."""
    sources: dict[Name, Source] = Field(default={})
    """Where documents come from, by a name of your choice."""
    corpora: dict[Name, Corpus] = Field(default={})
    """Parsed documents, by name; left out: one for each source."""
    indexes: dict[Name, Index] = Field(default={})
    """Searchable corpora, by name; left out: one for each corpus."""
    retrievers: dict[Name, Retriever] = Field(default={})
    """Ways to find evidence, by name; left out: `hybrid`, or one for each index."""
    pipelines: dict[Name, Pipeline] = Field(default={})
    """Ways to answer, by name; left out: one for each retriever."""
    datafiles: dict[Name, Datafile] = Field(default={})
    """Question files, by name."""
    models: list[ModelName] = Field(default=["extractive"])
    """Names of models.yaml, or ad-hoc models: `openai:gpt-4o-mini`, `hf_local:org/name@commit`."""
    precisions: list[Name] = Field(default=["default"])
    """`default` is each model's first declared precision."""
    runs: int = Field(default=1, ge=1, le=100)
    """Repetitions of each experiment, counted from 1."""
    ensembles: dict[Name, Ensemble] = Field(default={})
    """Votes over experiments, by name."""
    sweeps: dict[Name, Sweep] = Field(default={})
    """Series over settings, by name; see docs/sweeps.md."""
    external_results: str | None = None
    """Folder `[<env>/]<datafile>/<name>/submission.csv` of other systems' results."""
    scoring: Scoring = Scoring()
    """How answers are judged."""
    plots: Plots = Plots()
    """How figures look."""
    generation: Generation = Generation()
    """How chat models generate; the extractive reader ignores it."""
    limits: Limits = Limits()
    """Ceilings of the whole study."""
    smoke: bool = False
    """Ask one question only."""
    allow_errors: bool = False
    """Write error records instead of failing a job whose calls failed for good."""
    store: str = ".wattrag"
    """Folder of the stores; deleting it costs time, never correctness."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: object) -> object:
        return complete(data) if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _models_once(self) -> Self:
        for name in self.models:
            if self.models.count(name) > 1:
                raise ValueError(f"models: '{name}' is listed twice; list it once")
        return self

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for referrer, key, name, known in _references(self):
            if name not in known:
                listed = ", ".join(known) or "none"
                raise ValueError(f"{referrer}.{key}: '{name}' is not declared; declared: {listed}")
        return self


def complete(data: dict[str, object]) -> dict[str, object]:
    """Fill in the sections a short config leaves out, each from the one before it.

    A source becomes a corpus of its name, a corpus an index, an index a retriever `hybrid`
    (named after the index if there are several), a retriever a pipeline.
    """
    filled = {key: value for key, value in data.items() if value is not None}

    def names(section: str) -> list[str]:
        found = filled.get(section)
        return list(found) if isinstance(found, dict) else []

    def derive(section: str, origin: str, entries: Mapping[str, object]) -> None:
        if section not in filled and names(origin):
            filled[section] = entries

    derive("corpora", "sources", {n: {"source": n} for n in names("sources")})
    derive("indexes", "corpora", {n: {"corpus": n} for n in names("corpora")})
    indexes = names("indexes")
    hybrid = {"hybrid": {"index": indexes[0]}} if len(indexes) == 1 else None
    derive("retrievers", "indexes", hybrid or {n: {"index": n} for n in indexes})
    derive("pipelines", "retrievers", {n: {"retriever": n} for n in names("retrievers")})
    return filled


def _references(settings: Settings) -> list[tuple[str, str, str, list[str]]]:
    """Every name that one section uses of another: who, by which key, the name, what exists."""
    found = []
    for name, corpus in settings.corpora.items():
        if corpus.source is not None:
            found.append((f"corpora.{name}", "source", corpus.source, list(settings.sources)))
    for name, index in settings.indexes.items():
        found.append((f"indexes.{name}", "corpus", index.corpus, list(settings.corpora)))
    for name, retriever in settings.retrievers.items():
        found.append((f"retrievers.{name}", "index", retriever.index, list(settings.indexes)))
    for name, pipeline in settings.pipelines.items():
        known = list(settings.retrievers)
        found.append((f"pipelines.{name}", "retriever", pipeline.retriever, known))
    for name, sweep in settings.sweeps.items():
        known = list(settings.datafiles)
        found += [(f"sweeps.{name}", "datafiles", on, known) for on in sweep.datafiles or []]
    for name, ensemble in settings.ensembles.items():
        if ensemble.weights_from is not None:
            known = list(settings.datafiles)
            found.append((f"ensembles.{name}", "weights_from", ensemble.weights_from, known))
    return found
