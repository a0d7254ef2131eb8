rule parse:
    input:
        file=source_file,
    output:
        tree="results/corpus/{corpus}/tree/{doc}.json",
    log:
        "logs/parse/{corpus}/{doc}.log",
    benchmark:
        "results/benchmarks/parse/{corpus}/{doc}.tsv"
    conda:
        "../envs/wattrag.yaml"
    params:
        spec=lambda wc: specs.parse(STUDY, wc.corpus, wc.doc),
    script:
        "../scripts/parse.py"
