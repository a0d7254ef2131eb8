"""`wattrag answer`: a submission for a question file, its rows readable as they finish."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattrag.cli.common import print_json
from wattrag.cli.evidence import find_evidence
from wattrag.cli.named import model_named
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
from wattrag.errors import InputError, RunFailedError

if TYPE_CHECKING:
    from wattrag.answering.reader import Reader
    from wattrag.cli.settings import Chosen


def answer(
    index: IndexArgument,
    questions: AskedArgument,
    *,
    model: ModelOption,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="SUBMISSION", help="The submission (CSV).")
    ],
    top_k: TopKOption = None,
    config: ConfigOption = None,
    pipeline: PipelineOption = None,
    assignments: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Answer every question of a file; finished rows stand in SUBMISSION.part meanwhile."""
    from wattrag.answering.answer import answer_questions
    from wattrag.answering.partial import growing_submission
    from wattrag.datafiles.questions import read_questions

    chosen = retriever_options(config, pipeline, assignments, top_k)
    asked = list(read_questions(questions).questions)
    depth = chosen.pipeline.max_retries
    with (
        reader_named(model, chosen, store) as reader,
        growing_submission(output, [question.id for question in asked]) as submission,
    ):
        retrieved = find_evidence(index, asked, chosen, depth, store, answering=model)
        answer_questions(retrieved, reader, depth, lambda one: submission.add(one.record))
    records = submission.records
    failed = [record.id for record in records if record.status == "error"]
    blank = sum(record.answer is not None and record.answer.is_blank for record in records)
    if as_json:
        counts = {"questions": len(records), "blank": blank, "errors": len(failed)}
        print_json({"submission": str(output), **counts})
    else:
        typer.echo(f"{output}: {len(records) - len(failed)} rows, {blank} of them blank")
    if failed:
        raise RunFailedError(f"{len(failed)} questions failed and have no row: {failed[0]}, …")


@contextmanager
def reader_named(model: str, chosen: "Chosen", store: Path) -> "Iterator[Reader]":
    """The reader of a model, with its store open.

    Args:
        model: its name in `models.yaml`, or `provider:id`.
        chosen: how it is asked.
        store: folder of the stores.

    Raises:
        InputError: it is not declared (the nearest is named) or does not answer questions.
    """
    from wattrag.answering.chat.prompt import prompt_of
    from wattrag.answering.models import Reading, reader_for
    from wattrag.store.completions import CompletionStore

    name, entry = model_named(model)
    if chosen.pipeline.send_images:
        problem = "the workflow of a study cuts figures out of its PDFs, this command does not"
        raise InputError("send_images", problem, "run snakemake, or --set send_images=false")
    with CompletionStore(store) as completions:
        reading = Reading(prompt_of(chosen.pipeline), chosen.generation, completions)
        yield reader_for(name, entry, reading)
