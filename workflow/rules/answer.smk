rule answer:
    input:
        unpack(retrieval_files),
        images=images_sent,
    output:
        answers="results/experiments/{env}/{datafile}/{pipeline}/{model}/{precision}/run{run}/answers.jsonl",
        usage="results/experiments/{env}/{datafile}/{pipeline}/{model}/{precision}/run{run}/usage.json",
        submission="results/experiments/{env}/{datafile}/{pipeline}/{model}/{precision}/run{run}/submission.csv",
    log:
        "logs/answer/{env}/{datafile}/{pipeline}/{model}/{precision}/run{run}.log",
    benchmark:
        "results/benchmarks/answer/{env}/{datafile}/{pipeline}/{model}/{precision}/run{run}.tsv"
    conda:
        "../envs/wattrag.yaml"
    resources:
        mem_mb=lambda wc: STUDY.model(wc.model).memory_mb,
        gpu=lambda wc: STUDY.model(wc.model).devices,
    params:
        spec=lambda wc: specs.answer(STUDY, **wc),
    script:
        "../scripts/answer.py"
