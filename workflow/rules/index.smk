rule index:
    input:
        trees=trees,
    output:
        # The manifest is the only commit point: a failed or killed build leaves the old one.
        manifest=update("results/index/{index}/manifest.json"),
        built="results/index/{index}/built.json",
    log:
        "logs/index/{index}.log",
    benchmark:
        "results/benchmarks/index/{index}.tsv"
    conda:
        "../envs/wattrag.yaml"
    threads: 4
    resources:
        mem_mb=lambda wc, threads: threads * STUDY.embedder(wc.index).mem_mb,
        gpu=lambda wc: STUDY.embedder(wc.index).gpus,
    params:
        spec=lambda wc: specs.index(STUDY, wc.index),
    script:
        "../scripts/index.py"
