"""Answer a datafile's questions with one model from retrieved evidence."""

import json
from pathlib import Path
from time import perf_counter

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.answering.answer import answer_each
    from wattrag.answering.models import reader_for
    from wattrag.answering.submission import submission_rows
    from wattrag.answering.usage import usage
    from wattrag.datafiles.submission import write_submission
    from wattrag.errors import RunFailedError
    from wattrag.files import read_jsonl, write_json, write_jsonl
    from wattrag.retrieval.records import Retrieved
    from wattrag.study.load import declared_models, read_settings

    started = perf_counter()
    spec = json.loads(snakemake.params.spec)
    model = snakemake.wildcards.model
    registry = declared_models(Path(snakemake.scriptdir).resolve().parents[1])
    retrieved = [Retrieved(**row) for row in read_jsonl(Path(snakemake.input.retrieved))]
    reader = reader_for(model, registry[model])
    answered = list(answer_each(retrieved, reader, spec["max_retries"]))
    records = [one.record for one in answered]
    failed = [record for record in records if record.status == "error"]
    if failed and not read_settings(snakemake.config).allow_errors:
        first = f"{failed[0].id}: {failed[0].error}"
        raise RunFailedError(f"{len(failed)} questions failed, first {first}")
    write_jsonl(Path(snakemake.output.answers), (r.model_dump(mode="json") for r in records))
    write_json(Path(snakemake.output.usage), usage(answered, perf_counter() - started))
    write_submission(Path(snakemake.output.submission), submission_rows(records))
