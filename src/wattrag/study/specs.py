"""What determines each stage's result: the one param of each rule.

A spec is canonical JSON of just what changes the result, the inputs' bytes aside. Snakemake
compares it with the last run's; labels, memory and device counts are left out on purpose.
"""

from typing import Any

from wattrag.answering.chat.prompt import prompt_of
from wattrag.answering.version import ANSWERING_VERSION
from wattrag.config.models import ExtractiveModel
from wattrag.corpus.readers.ocr import find_engine
from wattrag.files import canonical_json
from wattrag.llm.embedders import cross_encoder, embedding
from wattrag.retrieval.planning.prompt import prompt_identity
from wattrag.scoring.rules import rules_for
from wattrag.study.code import code_of
from wattrag.study.jobs import External, confident, member_name, members, studied
from wattrag.study.load import Study
from wattrag.study.sweeps.runs import plan_of, sweeps


def fetch(study: Study, source: str, document_id: str) -> str:
    """A document's bytes depend on its url; a local file is an input besides."""
    row = study.row(source, document_id)
    return canonical_json(
        {"url": row.url, "code": code_of("corpus/content.py", "corpus/fetch.py", "corpus/http.py")}
    )


def parse(study: Study, corpus: str, document_id: str) -> str:
    """A tree depends on the bytes, the parser and the document's row of the sheet."""
    settings = study.settings.corpora[corpus]
    row = study.row(str(settings.source), document_id)
    engine = find_engine() if row.extension == "pdf" else None
    return canonical_json(
        {
            "row": row.as_dict(),
            "ocr": engine.name if engine else None,
            "parser": settings.parser,
            "on_bad_document": settings.on_bad_document,
            "code": code_of("corpus"),
        }
    )


def figures() -> str:
    """The images of figures depend on the PDF and the tree, which are inputs."""
    files = ("crops.py", "images.py", "readers/pdffile.py", "tree.py")
    return canonical_json({"code": code_of(*(f"corpus/{name}" for name in files))})


def index(study: Study, name: str) -> str:
    """An index depends on its trees, on what is embedded and by what."""
    settings = study.settings.indexes[name]
    source = study.settings.corpora[settings.corpus].source
    cited = study.sheets[source] if settings.use_citations and source is not None else ()
    return canonical_json(
        {
            "settings": settings.model_dump(mode="json", exclude={"corpus", "embedder"}),
            "embedder": study.embedder(name).spec,
            "rows": [row.as_dict() for row in cited],
            "code": code_of("index", "corpus/tree.py", *embedding.CODE),
        }
    )


def plan(
    study: Study, datafile: str, model: str, precision: str, planner_max_queries: str, **_: str
) -> str:
    """Plans depend on the model, the prompt and what is asked, not on gold.

    The code may be part of it: the completion store answers what was asked before.
    """
    declared = study.planning_model(model)
    return canonical_json(
        {
            "model": declared.identity(precision),
            "prompt": prompt_identity(),
            "max_queries": int(planner_max_queries),
            "max_new_tokens": study.settings.generation.max_new_tokens,
            "questions": _reading(study, datafile, ("id", "question", "answer_unit")),
            "asked": study.question_files[datafile].asked,
            "code": code_of("retrieval/planning"),
        }
    )


def retrieve(study: Study, retriever: str, datafile: str) -> str:
    """Evidence depends on the index, the retriever's settings and what is asked, not on gold.

    Plans are an input: who made them, and how many queries they have, is said there.
    """
    settings = study.settings.retrievers[retriever]
    elsewhere = {"index", "planner", "planner_max_queries", "cross_encoder"}
    crossed = study.cross_encoder(retriever)
    return canonical_json(
        {
            "settings": settings.model_dump(mode="json", exclude=elsewhere),
            "embedder": study.embedder(settings.index).spec,
            "cross_encoder": crossed and crossed.spec,
            "depth": study.depth(retriever),
            "questions": _reading(study, datafile, ("id", "question", "answer_unit")),
            "asked": study.question_files[datafile].asked,
            "code": code_of("retrieval", *(cross_encoder.CODE if crossed else ())),
        }
    )


def retrieval_metrics(study: Study, datafile: str) -> str:
    """Retrieval metrics depend on hits and gold, which are inputs."""
    code = code_of("retrieval/metrics.py", "scoring/retrieval.py", "analysis/retrieval.py")
    return canonical_json({"questions": _reading(study, datafile, ()), "code": code})


def answer(study: Study, pipeline: str, model: str, precision: str, run: str, **_: str) -> str:
    """Answers depend on the evidence, the model and the run number, not on gold.

    The version of the answering code is kept by hand, so that a comment does not ask paid
    models again; the extractive reader costs nothing and follows its code.
    """
    declared, settings = study.model(model), study.settings.pipelines[pipeline]
    spec: dict[str, Any] = {
        "model": declared.identity(precision),
        "run": int(run),
        "max_retries": settings.max_retries,
        "version": ANSWERING_VERSION,
    }
    if isinstance(declared, ExtractiveModel):
        return canonical_json(
            {**spec, "code": code_of("answering/extractive", "answering/quantities")}
        )
    generation = study.settings.generation
    return canonical_json(
        {
            **spec,
            "prompt": prompt_of(settings).identity,
            "send_images": settings.send_images,
            "context_tokens": declared.context_tokens,
            "generation": generation.model_dump(include={"max_new_tokens", "temperature"}),
        }
    )


def score(study: Study, datafile: str, kind: str, made: External | None = None) -> str:
    """Scores depend on answers and gold, which are inputs, and on the rules.

    Args:
        study: the study.
        datafile: whose questions are answered.
        kind: `single`, `ensemble` or `external`, as the summary calls it.
        made: what is scored, if it was made elsewhere.
    """
    experiment = None if made is None or made.experiment is None else vars(made.experiment)
    metric = study.settings.datafiles[datafile].metric
    reading = ("study/reported.py",) if kind == "external" else ()
    return canonical_json(
        {
            "type": kind,
            "rules": rules_for(metric, study.settings.scoring.rules).name,
            "questions": _reading(study, datafile, ()),
            "experiment": experiment,
            "code": code_of("scoring", "datafiles/defuse.py", *reading),
        }
    )


def ensemble(study: Study, name: str, datafile: str) -> str:
    """A vote depends on the members' answers, their order and the rule.

    With weights by score also on gold, but that of another datafile.
    """
    settings = study.settings.ensembles[name]
    source = settings.weights_from
    voting = members(study, name, datafile)
    weighed = (
        {
            "rules": study.settings.scoring.rules,
            "questions": _reading(study, source, ()),
            "datafile": source,
        }
        if source is not None
        else None
    )
    return canonical_json(
        {
            "vote": settings.model_dump(mode="json", exclude={"members", "weights_from"}),
            "weighed": weighed,
            "members": [member_name(m) for m in voting],
            "answers": [m.name for m in confident(study, name, voting)],
            "questions": _reading(study, datafile, ("id", "question", "answer_unit")),
            "code": code_of("ensemble", "scoring"),
        }
    )


def sweep(study: Study, name: str, datafile: str) -> str:
    """A sweep depends on the answers it reads, which are inputs, on its points and the rules."""
    data = study.settings.datafiles[datafile]
    return canonical_json(
        {
            "plan": plan_of(study, name, datafile).model_dump(mode="json"),
            "rules": rules_for(data.metric, study.settings.scoring.rules).name,
            "path": data.path,
            "questions": _reading(study, datafile, ()),
            "code": code_of("ensemble", "scoring", "analysis/sweeps", *_TABLE),
        }
    )


def sweep_plots(study: Study) -> str:
    """A sweep's figures depend on its results and on how figures look."""
    style = study.settings.plots.model_dump(mode="json")
    code = code_of("analysis/plots", "analysis/sweeps/results.py")
    return canonical_json({"style": style, "code": code})


def sweep_summary(study: Study, datafile: str) -> str:
    """The summary depends on the results of the sweeps, which are inputs."""
    made = [name for on, name in sweeps(study) if on == datafile]
    code = code_of("analysis/sweeps", *_TABLE)
    return canonical_json({"sweeps": made, "code": code})


def ensemble_study(study: Study, name: str, datafile: str) -> str:
    """A study of ensembles depends on answers and gold, which are inputs, and on the rules."""
    settings = study.settings.ensembles[name]
    pools = studied(study, name, datafile)
    return canonical_json(
        {
            "vote": settings.model_dump(mode="json", exclude={"members"}),
            "rules": study.settings.scoring.rules,
            "pools": [
                {
                    "datafile": on,
                    "questions": _reading(study, on, ()),
                    "members": [member_name(member) for member in pool],
                    "answers": [member.name for member in confident(study, name, pool)],
                }
                for on, pool in pools.items()
            ],
            "code": code_of("ensemble", "scoring", "analysis/tables/ensemble_study.py", *_TABLE),
        }
    )


_TABLE = ("analysis/experiment.py", "analysis/tables/content.py", "datafiles/defuse.py")


def tables(study: Study, datafile: str) -> str:
    """Tables depend on scores, on how models are called, and on gold that is scored by again."""
    return canonical_json(
        {
            "labels": _labels(study),
            "questions": _reading(study, datafile, ()),
            "code": code_of("analysis/tables", "analysis/audit", "datafiles/defuse.py", *_ANALYSIS),
        }
    )


_ANALYSIS = tuple(f"analysis/{name}.py" for name in ("experiment", "listing", "rescoring", "taken"))


def scaling(study: Study, family: str) -> str:
    """A scaling table depends on scores and on what its family's entries say."""
    own = {name: label for name, label in _labels(study).items() if label["family"] == family}
    code = code_of("analysis/taken.py", "analysis/tables/scaling.py", *_TABLE)
    return canonical_json({"labels": own, "family": family, "code": code})


def _labels(study: Study) -> dict[str, dict[str, object]]:
    return {name: study.model(name).label for name in study.models}


def retrieval_table() -> str:
    """The retrieval table depends on metrics, which are inputs."""
    tables = (f"analysis/tables/{name}.py" for name in ("content", "page", "retrieval"))
    code = code_of("analysis/retrieval.py", "datafiles/defuse.py", *tables)
    return canonical_json({"code": code})


def plot(study: Study) -> str:
    """A figure depends on tables and on how figures look."""
    style = study.settings.plots.model_dump(mode="json")
    return canonical_json({"style": style, "code": code_of("analysis/plots")})


def _reading(study: Study, datafile: str, only: tuple[str, ...]) -> dict[str, Any]:
    """How a question file is read; with `only`, as far as these columns go."""
    columns = study.settings.datafiles[datafile].columns
    shown = {our: their for our, their in columns.items() if not only or our in only}
    return {"columns": shown, "limit": study.question_limit}
