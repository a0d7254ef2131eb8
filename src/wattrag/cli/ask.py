"""`wattrag ask`: one answer, with the evidence it rests on."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wattrag.cli.answer import reader_named
from wattrag.cli.common import print_json
from wattrag.cli.evidence import find_evidence
from wattrag.cli.options import (
    DEFAULT_STORE,
    ConfigOption,
    IndexArgument,
    JsonOption,
    ModelOption,
    PipelineOption,
    SetOption,
    StoreOption,
    TopKOption,
)
from wattrag.cli.settings import retriever_options
from wattrag.errors import InputError, RunFailedError

if TYPE_CHECKING:
    from wattrag.answering.records import Answer, AnswerRecord
    from wattrag.retrieval.records import Retrieved


def ask(
    index: IndexArgument,
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    *,
    model: ModelOption,
    unit: Annotated[
        str, typer.Option("--unit", metavar="UNIT", help="Unit of the answer, as `kWh`.")
    ] = "",
    top_k: TopKOption = None,
    config: ConfigOption = None,
    pipeline: PipelineOption = None,
    assignments: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Answer one question and show the sentence the answer was taken from."""
    from wattrag.answering.answer import answer_questions
    from wattrag.datafiles.questions import Question

    if not question.strip():
        raise InputError("ask", "the question is empty", "write it")
    chosen = retriever_options(config, pipeline, assignments, top_k)
    asked = [Question(id="q1", question=question.strip(), answer_unit=unit.strip())]
    depth = chosen.pipeline.max_retries
    with reader_named(model, chosen, store) as reader:
        retrieved = find_evidence(index, asked, chosen, depth, store, answering=model)
        [answered] = answer_questions(retrieved, reader, depth)
    record = answered.record
    if record.answer is None:
        raise RunFailedError(f"the question was not answered: {record.error}")
    if as_json:
        print_json(_as_json(record, record.answer, retrieved[0]))
    else:
        _print(record, record.answer, retrieved[0])


def _as_json(record: "AnswerRecord", answer: "Answer", retrieved: "Retrieved") -> dict[str, Any]:
    return {
        **record.model_dump(exclude={"id", "status", "error", "answer"}),
        **answer.model_dump(),
        "is_blank": answer.is_blank,
        "documents": {ref: _title(retrieved, ref) for ref in answer.ref_id},
    }


def _print(record: "AnswerRecord", answer: "Answer", retrieved: "Retrieved") -> None:
    from wattrag.answering.submission import UNABLE

    if answer.is_blank:
        typer.echo(UNABLE)
        return
    typer.echo(f"{answer.value} {record.answer_unit}".strip())
    typer.echo(f"  {answer.supporting_materials}")
    for ref in answer.ref_id:
        typer.echo(f"  [{ref}] {_title(retrieved, ref)}")
    typer.echo(f"  nodes: {', '.join(answer.evidence)}; confidence {answer.confidence}")


def _title(retrieved: "Retrieved", ref: str) -> str:
    known = retrieved.documents.get(ref)
    return known.title if known is not None else ""
