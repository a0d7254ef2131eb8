"""Judge the evidence found for a datafile's questions against gold citations and quotes."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.retrieval import RetrieverMetrics, write_metrics
    from wattrag.datafiles.questions import read_questions
    from wattrag.files import read_jsonl
    from wattrag.index.read import open_index
    from wattrag.retrieval.metrics import document_texts, judge
    from wattrag.retrieval.records import Retrieved

    reading = json.loads(snakemake.params.spec)["questions"]
    gold = read_questions(Path(snakemake.input.questions), reading["columns"], reading["limit"])
    retrieved = [Retrieved(**row) for row in read_jsonl(Path(snakemake.input.retrieved))]
    texts = document_texts(open_index(Path(snakemake.input.index).parent))
    write_metrics(
        Path(snakemake.output.metrics),
        RetrieverMetrics(
            retriever=snakemake.wildcards.retriever,
            planner=snakemake.wildcards.planner,
            questions=tuple(judge(retrieved, gold.questions, texts)),
        ),
    )
