rule retrieve:
    input:
        unpack(lambda wc: plan_files(wc.retriever, wc.planner, wc.datafile)),
        index=index_of,
        # Gold may change without a new search; what is asked is part of the spec.
        questions=lambda wc: ancient(question_file(wc)),
    output:
        retrieved="results/retrieval/{retriever}/{datafile}/{planner}.jsonl",
        usage="results/retrieval/{retriever}/{datafile}/{planner}.usage.json",
    log:
        "logs/retrieve/{retriever}/{datafile}/{planner}.log",
    benchmark:
        "results/benchmarks/retrieve/{retriever}/{datafile}/{planner}.tsv"
    conda:
        "../envs/wattrag.yaml"
    resources:
        mem_mb=lambda wc: 1000 + sum(m.mem_mb for m in STUDY.searching(wc.retriever)),
        gpu=lambda wc: max((m.gpus for m in STUDY.searching(wc.retriever)), default=0),
    params:
        spec=lambda wc: specs.retrieve(STUDY, wc.retriever, wc.datafile),
    script:
        "../scripts/retrieve.py"


rule retrieval_metrics:
    input:
        retrieved=rules.retrieve.output.retrieved,
        index=index_of,
        questions=question_file,
    output:
        metrics="results/retrieval/{retriever}/{datafile}/{planner}.metrics.json",
    log:
        "logs/retrieval_metrics/{retriever}/{datafile}/{planner}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.retrieval_metrics(STUDY, wc.datafile),
    script:
        "../scripts/retrieval_metrics.py"
