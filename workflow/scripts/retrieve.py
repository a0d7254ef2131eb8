"""Find evidence for all questions of a datafile, for every deepening attempt."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.datafiles.questions import read_questions
    from wattrag.files import read_jsonl, write_jsonl
    from wattrag.index.read import open_index
    from wattrag.llm.cross_encoder import declared_reranker
    from wattrag.llm.embedding import load_embedder
    from wattrag.retrieval.planning.records import QueryPlan, queries_of
    from wattrag.retrieval.retrieve import retrieve
    from wattrag.store.vectors import VectorStore
    from wattrag.study.load import read_settings, study_models

    spec = json.loads(snakemake.params.spec)
    reading = spec["questions"]
    asked = read_questions(Path(snakemake.input.questions), reading["columns"], reading["limit"])
    settings = read_settings(snakemake.config)
    retriever = settings.retrievers[snakemake.wildcards.retriever]
    embedder = settings.indexes[retriever.index].embedder
    registry = study_models(settings, Path(snakemake.scriptdir).resolve().parents[1])
    crossed = retriever.cross_encoder
    path = snakemake.input.get("plans")
    plans = [QueryPlan(**row) for row in read_jsonl(Path(path))] if path else None
    found = retrieve(
        open_index(Path(snakemake.input.index).parent),
        asked.questions,
        retriever,
        spec["depth"],
        load_embedder(registry[embedder]),
        VectorStore(Path(settings.store)),
        crossed and declared_reranker(registry, crossed, "cross_encoder"),
        queries_of(plans, asked.questions, path) if plans is not None else None,
    )
    write_jsonl(Path(snakemake.output.retrieved), (r.model_dump(mode="json") for r in found))
