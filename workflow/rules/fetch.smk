rule fetch:
    input:
        local=local_source,
    output:
        file="results/sources/{source}/{doc}.{ext}",
    log:
        "logs/fetch/{source}/{doc}.{ext}.log",
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.fetch(STUDY, wc.source, wc.doc),
    script:
        "../scripts/fetch.py"
