"""Judge the evidence found for a datafile's questions against gold citations and quotes."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.datafiles.questions import read_questions
    from wattrag.files import read_jsonl, write_json
    from wattrag.index.read import open_index
    from wattrag.retrieval.metrics import document_texts, judge, means
    from wattrag.retrieval.records import Retrieved

    reading = json.loads(snakemake.params.spec)["questions"]
    gold = read_questions(Path(snakemake.input.questions), reading["columns"], reading["limit"])
    retrieved = [Retrieved(**row) for row in read_jsonl(Path(snakemake.input.retrieved))]
    texts = document_texts(open_index(Path(snakemake.input.index).parent))
    judged = judge(retrieved, gold.questions, texts)
    write_json(
        Path(snakemake.output.metrics),
        {
            "means": {name: mean.model_dump() for name, mean in means(judged).items()},
            "questions": [metrics.model_dump() for metrics in judged],
        },
    )
