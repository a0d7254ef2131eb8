"""Answer a datafile's questions with one model from retrieved evidence."""

from pathlib import Path
from time import perf_counter

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.answering.answer import answer_questions
    from wattrag.answering.chat.prompt import prompt_of
    from wattrag.answering.models import Reading, reader_for
    from wattrag.answering.records import check_answered
    from wattrag.answering.submission import submission_rows
    from wattrag.answering.usage import Before, usage
    from wattrag.datafiles.submission import write_submission
    from wattrag.files import read_json, read_jsonl, write_json, write_jsonl
    from wattrag.retrieval.records import Retrieved
    from wattrag.store.completions import CompletionStore
    from wattrag.study.load import read_settings, study_models
    from wattrag.study.provenance import provenance

    started, chosen, settings = perf_counter(), snakemake.wildcards, read_settings(snakemake.config)
    pipeline, root = settings.pipelines[chosen.pipeline], Path(snakemake.scriptdir).resolve()
    entry = study_models(settings, root.parents[1])[chosen.model]
    retrieved = [Retrieved(**row) for row in read_jsonl(Path(snakemake.input.retrieved))]
    with CompletionStore(Path(settings.store)) as store:
        precision, run, prompt = chosen.precision, int(chosen.run), prompt_of(pipeline)
        images, limits = tuple(map(Path, snakemake.input.images)), settings.limits
        reading = Reading(prompt, settings.generation, store, precision, run, images, limits)
        reader = reader_for(chosen.model, entry, reading)
        answered = answer_questions(retrieved, reader, pipeline.max_retries)
    records = [one.record for one in answered]
    check_answered(records, allow_errors=settings.allow_errors)
    took = read_json(Path(snakemake.input.retrieval_usage))
    before = Before(**took["seconds_a_question"])
    used = usage(answered, perf_counter() - started, before, reader.energy())
    origin = provenance(settings, entry, chosen, snakemake.params.spec, took["index"])
    write_jsonl(Path(snakemake.output.answers), (r.model_dump(mode="json") for r in records))
    write_json(Path(snakemake.output.usage), used | origin)
    write_submission(Path(snakemake.output.submission), submission_rows(records))
