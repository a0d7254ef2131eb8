"""`wattrag query`: what retrieval finds for a question, without asking any model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wattrag.cli.common import print_json
from wattrag.cli.evidence import find_evidence
from wattrag.cli.options import (
    DEFAULT_STORE,
    ConfigOption,
    IndexArgument,
    JsonOption,
    PipelineOption,
    SetOption,
    StoreOption,
    TopKOption,
)
from wattrag.cli.settings import retriever_options
from wattrag.errors import InputError

if TYPE_CHECKING:
    from wattrag.datafiles.questions import Question
    from wattrag.retrieval.records import Retrieved


def query(
    index: IndexArgument,
    question: Annotated[str | None, typer.Argument(metavar="QUESTION")] = None,
    *,
    questions: Annotated[
        Path | None, typer.Option("--questions", metavar="CSV", help="Ask all of a file.")
    ] = None,
    top_k: TopKOption = None,
    with_images: Annotated[
        bool, typer.Option("--with-images", help="Show the figures of the sections found.")
    ] = False,
    top_k_images: Annotated[
        int | None, typer.Option(min=0, help="Further figures, by their captions.")
    ] = None,
    config: ConfigOption = None,
    pipeline: PipelineOption = None,
    assignments: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Find evidence for a question, or for all questions of a file; prints a JSON list."""
    del as_json  # The output is JSON with and without it.
    wanted = list(assignments or ())
    wanted += ["with_images=true"] if with_images else []
    wanted += [] if top_k_images is None else [f"top_k_images={top_k_images}"]
    chosen = retriever_options(config, pipeline, wanted, top_k)
    found = find_evidence(index, _asked(question, questions), chosen, 0, store)
    print_json([as_query_record(evidence) for evidence in found])


def as_query_record(evidence: "Retrieved") -> dict[str, Any]:
    """The JSON form of one question's evidence: context in order, hits before expansion."""
    hits = [hit.model_dump() for hit in evidence.attempts[0].hits]
    return {
        "id": evidence.id,
        "question": evidence.question,
        "context": "\n\n".join(snippet.text for snippet in evidence.context(0)),
        "media": [media.model_dump() for media in evidence.attempts[0].media],
        "hits": [{**hit, "text": evidence.hit_texts[hit["node_id"]]} for hit in hits],
    }


def _asked(question: str | None, path: Path | None) -> "list[Question]":
    from wattrag.datafiles.questions import Question, read_questions

    if (question is None) == (path is None):
        raise InputError("query", "needs a question or --questions CSV", "give one of them")
    if path is not None:
        return list(read_questions(path).questions)
    if not (question or "").strip():
        raise InputError("query", "the question is empty", "write it")
    return [Question(id="q1", question=str(question).strip())]
