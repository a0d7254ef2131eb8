"""`wattrag debug`: every attempt at a question, from the prompt to the parsed answer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattrag.cli.answer import reader_named
from wattrag.cli.common import print_json
from wattrag.cli.evidence import find_evidence
from wattrag.cli.options import (
    DEFAULT_STORE,
    AskedArgument,
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
from wattrag.config.problems import nearest
from wattrag.errors import InputError, RunFailedError

if TYPE_CHECKING:
    from wattrag.datafiles.questions import Question


def debug(
    index: IndexArgument,
    questions: AskedArgument,
    *,
    model: ModelOption,
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="ID", help="Only this question; repeatable."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="CSV", help="Write a submission's rows as well."),
    ] = None,
    top_k: TopKOption = None,
    config: ConfigOption = None,
    pipeline: PipelineOption = None,
    assignments: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Show every attempt at a question: prompt, raw replies, parsed answer, checks."""
    from wattrag.answering.answer import answer_questions
    from wattrag.answering.submission import submission_rows
    from wattrag.cli.debug_page import print_question
    from wattrag.cli.debug_record import debug_record
    from wattrag.datafiles.submission import write_submission

    chosen = retriever_options(config, pipeline, assignments, top_k)
    asked = _chosen(questions, ids)
    depth = chosen.pipeline.max_retries
    with reader_named(model, chosen, store) as reader:
        retrieved = find_evidence(index, asked, chosen, depth, store, answering=model)
        answered = answer_questions(retrieved, reader, depth)
    records = [debug_record(*one) for one in zip(retrieved, answered, strict=True)]
    if output is not None:
        write_submission(output, submission_rows(one.record for one in answered))
    if as_json:
        print_json(records)
    else:
        for record in records:
            print_question(record)
    failed = [one.record.id for one in answered if one.record.status == "error"]
    if failed:
        raise RunFailedError(f"{len(failed)} of {len(asked)} questions failed, first {failed[0]}")


def _chosen(path: Path, ids: list[str] | None) -> "list[Question]":
    from wattrag.datafiles.questions import read_questions

    found = {question.id: question for question in read_questions(path).questions}
    for wanted in ids or ():
        if wanted not in found:
            cure = nearest(wanted, list(found))
            raise InputError(str(path), f"has no question '{wanted}'", cure)
    return [found[wanted] for wanted in dict.fromkeys(ids)] if ids else list(found.values())
