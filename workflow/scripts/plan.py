"""Let a chat model write further queries for all questions of a datafile."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.datafiles.questions import read_questions
    from wattrag.files import write_json, write_jsonl
    from wattrag.llm.counted import counted_chat
    from wattrag.retrieval.planning.plan import plan
    from wattrag.store.completions import CompletionStore
    from wattrag.study.load import read_settings, study_models

    spec = json.loads(snakemake.params.spec)
    reading = spec["questions"]
    asked = read_questions(Path(snakemake.input.questions), reading["columns"], reading["limit"])
    settings = read_settings(snakemake.config)
    registry = study_models(settings, Path(snakemake.scriptdir).resolve().parents[1])
    entry = registry[snakemake.wildcards.model]
    precision, root = snakemake.wildcards.precision, Path(settings.store)
    concurrent, job = settings.generation.max_concurrent, f"plan {snakemake.wildcards.model}"
    with CompletionStore(root) as store:
        chat = counted_chat(entry, precision, store, concurrent, job, limits=settings.limits)
        planned = plan(asked.questions, chat, spec["max_queries"], spec["max_new_tokens"])
    write_jsonl(Path(snakemake.output.queries), (p.model_dump(mode="json") for p in planned.plans))
    write_json(Path(snakemake.output.usage), planned.usage)
