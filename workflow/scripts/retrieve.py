"""Find evidence for all questions of a datafile, for every deepening attempt."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.datafiles.questions import read_questions
    from wattrag.files import read_json, write_json, write_jsonl
    from wattrag.index.read import open_index
    from wattrag.llm.embedders.cross_encoder import declared_reranker
    from wattrag.llm.embedders.embedding import load_embedder
    from wattrag.retrieval.planning.records import read_queries
    from wattrag.retrieval.usage import retrieval_usage, timed_retrieve
    from wattrag.store.vectors import VectorStore
    from wattrag.study.load import read_settings, study_models

    spec = json.loads(snakemake.params.spec)
    reading = spec["questions"]
    asked = read_questions(Path(snakemake.input.questions), reading["columns"], reading["limit"])
    settings = read_settings(snakemake.config)
    retriever = settings.retrievers[snakemake.wildcards.retriever]
    registry = study_models(settings, Path(snakemake.scriptdir).resolve().parents[1])
    crossed, plans = retriever.cross_encoder, snakemake.input.get("plans")
    index = open_index(Path(snakemake.input.index).parent)
    found, taken = timed_retrieve(
        index,
        asked.questions,
        retriever,
        depth=spec["depth"],
        embedder=load_embedder(registry[settings.indexes[retriever.index].embedder]),
        store=VectorStore(Path(settings.store)),
        reranker=crossed and declared_reranker(registry, crossed, "cross_encoder"),
        plans=read_queries(Path(plans), asked.questions) if plans else None,
    )
    write_jsonl(Path(snakemake.output.retrieved), (r.model_dump(mode="json") for r in found))
    planned = read_json(Path(snakemake.input.plan_usage)) if plans else None
    source = index.manifest.content_hash
    write_json(Path(snakemake.output.usage), retrieval_usage(taken, planned, source))
